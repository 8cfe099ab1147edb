import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Takes back what the holder has made the scopes': it would outlive the role, and reach whoever
  /// uses the scope next.
  ///
  /// What a scope owns becomes the role's, and is looked at with the rest; where the policy accepts
  /// that scopes own things, nobody can tell what is whose, and all of it stays. The marker owns
  /// nothing, whatever a policy accepts.
  mutating func tidyScopes(after role: RoleRecord, on server: String) async throws(Obstacle) {
    let onlyLooks = target.onlyLooks
    let scopes = (target.scopesOwn ? [] : target.scopes) + [markerRole]
    let databases = try await step(on: server) { connection in
      try connection.query(.databasesOwned(inByAny: scopes)).map { row throws(PostgresError) in
        try row.text("database")
      }
    }.value
    for database in databases {
      do throws(ProvisioningError) {
        found += try await admins.run(.cleaning, on: server, apartIn: database) { connection in
          try connection.tidy(scopes, after: role, onlyLooks: onlyLooks)
        }.value
      } catch {
        throw Obstacle(error)
      }
    }
    // Nothing goes before the ledger knows of all of it.
    if onlyLooks, !found.isEmpty { try await clean(role, on: server) }
  }
}

extension Connection {
  /// Hands back what it found of the scopes'.
  fileprivate func tidy(
    _ scopes: [String], after role: RoleRecord, onlyLooks: Bool
  ) throws(PostgresError) -> [Residue] {
    try execute(Cleaning.bounds)
    let answers = try pipeline([
      .defaultPrivileges(ofAny: scopes), .undoingDefaultPrivileges(ofAny: scopes),
      .owners(amongst: scopes),
    ])
    let defaults = try answers[0].map { row throws(PostgresError) in
      Residue(
        database: try row.text("database"), kind: "default privileges", name: try row.text("name"),
        note: "what the scope makes would be open to \(try row.text("grantees"))")
    }
    // From 16 on the holder cannot become the scope, so what it owns is somebody else's doing.
    let canBecomeScope = !Dialect(serverVersion: serverVersion).hasMembershipOptions
    var moved: [Residue] = []
    for row in answers[2] where canBecomeScope {
      let scope = RoleRecord(
        oid: try row.oid("oid"), name: try row.text("rolname"), comment: nil, isFenced: true)
      moved += try remains(of: scope, withShared: false)
        .filter { $0.isOwned && $0.residue.kind != "default acl" }.map(\.residue)
    }
    if onlyLooks { return defaults + moved }
    var undoing: [String: [String]] = [:]
    for row in answers[1] {
      undoing[try row.text("scope"), default: []].append(try row.text("sql"))
    }
    for (scope, statements) in undoing {
      try acting(as: scope) { connection throws(PostgresError) in
        try connection.execute(statements.joined(separator: ";\n"))
      }
    }
    for row in answers[2] where canBecomeScope {
      try takeBack(from: try row.text("rolname"), to: role.name)
    }
    return defaults + moved
  }

  /// The new owner needs CREATE where the things are, which it has through the scope, and for the
  /// length of this transaction only.
  private func takeBack(from scope: String, to role: String) throws(PostgresError) {
    let statements = try RoleStatements(role, on: self)
    let quotedScope = try quoted(identifier: scope)
    var steps = [statements.join(scope: quotedScope), statements.inherit(from: quotedScope)]
    // By the marker the role is known as ours to its end.
    if scope != markerRole { steps.append(statements.leave(scope: quotedScope)) }
    let sql = steps.joined(separator: ";\n")
    try belonging(to: scope) { connection throws(PostgresError) in
      try connection.belonging(to: role) { connection throws(PostgresError) in
        try connection.execute(sql)
      }
    }
  }
}
