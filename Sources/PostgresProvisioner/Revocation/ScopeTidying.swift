import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Takes back what the holder has made the scopes', or that of a role that they lead to: it would
  /// outlive the role, and reach whoever uses the scope next.
  ///
  /// What such a role owns becomes the grant's role's, and is looked at with the rest.
  mutating func tidyScopes(after role: RoleRecord, on server: String) async throws(Obstacle) {
    let onlyLooks = target.onlyLooks
    let reached = try await reached(besides: role.oid, on: server)
    spared = try await spared(reached, on: server)
    let databases = try await step(on: server) { connection in
      try connection.databasesToTidy(reached)
    }.value
    for database in databases {
      let tidied: Tidied
      do throws(ProvisioningError) {
        tidied = try await admins.run(.cleaning, on: server, apartIn: database) { connection in
          try connection.tidy(reached, after: role, onlyLooks: onlyLooks)
        }.value
      } catch {
        throw Obstacle(error)
      }
      found += tidied.found
      objectsDropped += tidied.dropped
      if !onlyLooks, !tidied.left.isEmpty {
        residue += tidied.left
        throw Obstacle(
          tidied.isHeld ? .locked : .residue,
          """
          the server keeps what the scopes own in \(database): \
          \(tidied.refusals.prefix(Limits.namesShownMax).joined(separator: "; "))
          """)
      }
    }
    // Nothing goes before the ledger knows of all of it.
    if onlyLooks, !found.isEmpty { try await clean(role, on: server) }
  }
}

private struct Tidied: Sendable {
  var found: [Residue] = []
  /// What no role can take over, and went at once.
  var dropped = 0
  /// What is there still, by the catalog.
  var left: [Residue] = []
  private(set) var refusals: [String] = []
  /// Another session holds something of it.
  private(set) var isHeld = false

  /// Rethrows what is no answer of the server's.
  mutating func note(_ error: PostgresError) throws(PostgresError) {
    guard case .server(let state) = error.kind else { throw error }
    refusals.append("\(error)")
    isHeld =
      isHeld || [.lockNotAvailable, .deadlockDetected, .queryCanceled].contains(state)
  }
}

extension Connection {
  fileprivate func toTidy(_ reached: [ReachedRole]) -> [ReachedRole] {
    let dialect = Dialect(serverVersion: serverVersion)
    return reached.filter { $0.isSpared(dialect) == nil }
  }

  fileprivate func databasesToTidy(_ reached: [ReachedRole]) throws(PostgresError) -> [String] {
    let toTidy = toTidy(reached)
    var databases = Set<String>()
    for row in try query(.databasesOwned(inByAny: toTidy.map(\.name))) {
      databases.insert(try row.text("database"))
    }
    if toTidy.contains(where: \.isOfTheServer) {
      // Of these each database knows for itself. Where nobody can become them, they have default
      // privileges at most, of what nobody can make.
      let open = try query(.openToUs)
      for row in canBecomeScope ? Array(open) : Array(open.prefix(1)) {
        databases.insert(try row.text("database"))
      }
    }
    return databases.sorted()
  }

  fileprivate func tidy(
    _ reached: [ReachedRole], after role: RoleRecord, onlyLooks: Bool
  ) throws(PostgresError) -> Tidied {
    try execute(Cleaning.bounds)
    let toTidy = toTidy(reached)
    let names = toTidy.map(\.name)
    var tidied = Tidied(found: try owned(byAny: toTidy))
    if onlyLooks { return tidied }
    let statements = try query(.undoingDefaultPrivileges(ofAny: names))
      .map { row throws(PostgresError) in (try row.text("scope"), try row.text("sql")) }
    // A role that a scope leads to need not be ours to give: through the scope we have it.
    try reaching(names) { connection throws(PostgresError) in
      for (_, steps) in Dictionary(grouping: statements, by: \.0) {
        try connection.attempt(steps.map(\.1).joined(separator: ";\n"), &tidied)
      }
    }
    if canBecomeScope {
      for row in try query(.owners(amongst: names)) {
        let scope = try row.text("rolname")
        do throws(PostgresError) { try takeBack(from: scope, to: role.name) } catch {
          try tidied.note(error)
        }
      }
      try dropMappings(of: toTidy.filter { !$0.isOfTheServer }.map(\.name), &tidied)
      try takeBackOneByOne(from: toTidy.filter(\.isOfTheServer).map(\.name), to: role.name, &tidied)
    }
    tidied.left = try owned(byAny: toTidy)
    return tidied
  }

  /// From 16 on the holder cannot become the scope, so what it owns is somebody else's doing.
  private var canBecomeScope: Bool { !Dialect(serverVersion: serverVersion).hasMembershipOptions }

  /// What a holder can have made theirs.
  private func owned(byAny roles: [ReachedRole]) throws(PostgresError) -> [Residue] {
    let names = roles.map(\.name)
    let defaults = try query(.defaultPrivileges(ofAny: names))
    var owned = try defaults.map { row throws(PostgresError) in
      Residue(
        database: try row.text("database"), kind: "default privileges", name: try row.text("name"),
        note: "what the scope makes would be open to \(try row.text("grantees"))")
    }
    if let first = defaults.first, try first.int("total") > owned.count {
      owned.append(
        .rest(
          try first.int("total") - owned.count, of: "default privileges",
          in: try first.text("database"), note: "they are not named here"))
    }
    guard canBecomeScope else { return owned }
    for row in try query(.owners(amongst: names)) {
      let scope = RoleRecord(
        oid: try row.oid("oid"), name: try row.text("rolname"), comment: nil, isFenced: true)
      owned += try remains(of: scope, withShared: false)
        .filter { $0.isOwned && $0.residue.kind != "default acl" }.map(\.residue)
    }
    let ofTheServer = roles.filter(\.isOfTheServer).map(\.name)
    if ofTheServer.isEmpty { return owned }
    let limit = Limits.residueListedMax
    return try owned
      + query(.ownedByServer(ofTheServer, limit: limit)).map { row throws(PostgresError) in
        Residue(
          database: try row.text("database"), kind: try row.text("kind"),
          name: try row.text("name"), note: "owned by \(try row.text("rolname"))")
      }
  }

  /// User mappings are owned in the catalog, and REASSIGN OWNED passes them over. A scope that had one
  /// before owned something, which the policy has to accept; then nothing of it is tidied.
  ///
  /// - Parameter scopes: none of the server's own roles: of what these own the catalog has no row, so
  ///   nobody can tell what an operator gave them before.
  private func dropMappings(
    of scopes: [String], _ tidied: inout Tidied
  ) throws(PostgresError) {
    for row in try query(.mappings(of: scopes, limit: Limits.residueListedMax)) {
      let sql = try row.text("sql")
      do throws(PostgresError) {
        try acting(as: try row.text("scope")) { connection throws(PostgresError) in
          try connection.execute(sql)
        }
        tidied.dropped += 1
      } catch {
        try tidied.note(error)
      }
    }
  }

  private func attempt(_ sql: String, _ tidied: inout Tidied) throws(PostgresError) {
    do throws(PostgresError) { try execute(sql) } catch { try tidied.note(error) }
  }

  /// REASSIGN OWNED refuses roles of the server itself. In portions: each is a transaction.
  private func takeBackOneByOne(
    from scopes: [String], to role: String, _ tidied: inout Tidied
  ) throws(PostgresError) {
    if scopes.isEmpty { return }
    let newOwner = try quoted(identifier: role)
    while true {
      let theirs = try query(.ownedByServer(scopes, limit: Limits.residueListedMax))
      if theirs.isEmpty { return }
      var isStuck = true
      for row in theirs {
        let (scope, statements) = (
          try quoted(identifier: try row.text("rolname")), try RoleStatements(role, on: self)
        )
        // What it owned already by the scope's CREATE, it needs for this moment as well.
        let steps = [
          statements.join(scope: scope), try row.text("sql") + newOwner,
          statements.leave(scope: scope),
        ]
        do throws(PostgresError) {
          try belonging(to: try row.text("rolname")) { connection throws(PostgresError) in
            try connection.belonging(to: role) { connection throws(PostgresError) in
              try connection.execute(steps.joined(separator: ";\n"))
            }
          }
          isStuck = false
        } catch {
          try tidied.note(error)
        }
      }
      if isStuck || !tidied.refusals.isEmpty { return }
    }
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
