import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Takes the scopes from the role, and the role from those whom the holder let in.
  ///
  /// What the server refuses here is noted only: DROP ROLE takes away every membership.
  mutating func empty(_ role: RoleRecord, on server: String) async throws(Obstacle) {
    let scopes = target.scopes
    let emptied = try await step(on: server) { try $0.empty(role, planned: scopes) }.value
    notes += emptied.refusals
    guests = emptied.guests
    scopesTaken.formUnion(emptied.scopes)
    terminated.formUnion(emptied.guests)
  }
}

/// What `empty` did.
struct Emptied: Sendable {
  fileprivate(set) var guests: Set<Int> = []
  fileprivate(set) var scopes: Set<String> = []
  fileprivate(set) var refusals: [String] = []
}

extension Connection {
  func empty(_ role: RoleRecord, planned: [String]) throws(PostgresError) -> Emptied {
    let answers = try pipeline([
      .scopesHeld(by: role.oid, planned: planned, marker: markerRole), .guests(of: role.oid),
    ])
    let statements = try RoleStatements(role.name, on: self)
    var emptied = Emptied()
    for row in answers[0] {
      let scope = try row.text("rolname")
      emptied.scopes.insert(scope)
      try revoke(statements.leave(scope: try quoted(identifier: scope)), &emptied)
    }
    for row in answers[1] {
      if try row.bool("is_direct") {
        let member = try quoted(identifier: try row.text("rolname"))
        try revoke(statements.expel(member: member), &emptied)
      }
      if try row["pid"] != nil, try terminate(try row.int("pid")) {
        emptied.guests.insert(try row.int("pid"))
      }
    }
    return emptied
  }

  private func revoke(_ sql: String, _ emptied: inout Emptied) throws(PostgresError) {
    do throws(PostgresError) {
      _ = try pipeline([.hurry(lockTimeoutMilliseconds: 500), Statement(sql)])
    } catch {
      guard case .server = error.kind else { throw error }
      emptied.refusals.append("\(sql): \(error)")
    }
  }

  /// False when it is gone, or when the server does not let us: it is a superuser's, or still
  /// asking for a password.
  func terminate(_ pid: Int) throws(PostgresError) -> Bool {
    do throws(PostgresError) {
      return try query(.terminate(pid))[0].bool("was_there")
    } catch {
      guard error.sqlState == .insufficientPrivilege else { throw error }
      return false
    }
  }
}
