import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Drops the role, and what it left behind as far as that may go.
  mutating func remove(_ role: RoleRecord, on server: String) async throws(Obstacle) {
    // A prepared transaction locks what it touched.
    if !target.onlyLooks { try await rollBackPrepared(of: role, on: server) }
    try await expelGuests(from: role, on: server)
    try await tidyScopes(after: role, on: server)
    var reason = ""
    var isClean = false
    for _ in 0..<3 {
      try await rollBackPrepared(of: role, on: server)
      switch try await step(on: server, { try $0.drop(role.name) }).value {
      case .change(.done), .change(.roleIsGone): return
      case .change(.blocked(let blocked)): reason = blocked
      case .isNeeded:
        // What a prepared transaction made keeps the role, too, and shows to nobody.
        if try await rollBackPrepared(of: role, on: server) == 0 {
          if isClean { throw inTheWay(of: role) }
          try await clean(role, on: server)
          isClean = true
        }
        reason = "transactions were prepared in its name meanwhile"
      }
    }
    throw Obstacle(
      .locked,
      "\(role.name) could not be dropped: \(reason); end the transaction that holds the role")
  }

  func inTheWay(of role: RoleRecord) -> Obstacle {
    Obstacle(
      .residue,
      """
      \(role.name) cannot be dropped while something hangs on it (see the residue); it can no \
      longer log in; `jit admin residue` shows it, and drops it or gives it away
      """)
  }
}

extension Connection {
  enum Drop: Sendable {
    case change(RoleChange)
    /// Something hangs on the role.
    case isNeeded
  }

  func drop(_ role: String) throws(PostgresError) -> Drop {
    do throws(PostgresError) {
      return .change(
        try change([
          .lockTimeout(milliseconds: 500), Statement(try RoleStatements(role, on: self).drop),
        ]))
    } catch {
      guard error.sqlState == .dependentObjectsStillExist else { throw error }
      return .isNeeded
    }
  }
}
