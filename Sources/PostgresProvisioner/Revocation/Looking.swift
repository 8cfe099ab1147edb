import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func residue(
    of target: RevocationTarget
  ) async throws(ProvisioningError) -> [Residue] {
    let found = try await admins.run(.looking) { connection in
      try connection.roles(oid: target.identity?.oid, name: target.name)
    }
    let (server, known) = (found.systemIdentifier, found.value)
    let ours: RoleRecord?
    do throws(Obstacle) { ours = try role(of: target, among: known, tag, on: server) } catch {
      throw ProvisioningError(.refused, error.note)
    }
    guard let ours else {
      guard let identity = target.identity, identity.isElsewhere(than: server) else { return [] }
      let move = Move(from: identity.systemIdentifier, to: server)
      throw ProvisioningError(.unreachable, move.missing(target.name, at: admins.place))
    }
    let databases = try await admins.run(.looking, on: server) { connection in
      try connection.databases(withRemainsOf: ours)
    }.value
    var residue: [Residue] = []
    for (place, database) in databases.enumerated() {
      do throws(ProvisioningError) {
        residue += try await admins.run(.looking, on: server, apartIn: database) { connection in
          try connection.remains(of: ours, withShared: place == 0).map(\.residue)
        }.value
      } catch {
        residue.append(.notLookedInto(database, error.message))
      }
    }
    return residue
  }

  package func canInherit(_ role: String) async throws(ProvisioningError) -> Bool {
    try await admins.run(.issuing) { connection in
      try !connection.query(.heir(role, unlessIn: markerRole)).isEmpty
    }.value
  }
}

extension Residue {
  /// A database that mentions a role, and in which nobody could look.
  static func notLookedInto(_ database: String, _ why: String) -> Residue {
    Residue(database: database, kind: "database", name: database, note: why)
  }
}

extension Connection {
  /// Our own comes first.
  func databases(withRemainsOf role: RoleRecord) throws(PostgresError) -> [String] {
    try query(.databases(withRemainsOf: role.oid)).map { row throws(PostgresError) in
      try row.text("database")
    }
  }
}
