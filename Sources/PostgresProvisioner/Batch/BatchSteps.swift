import AccessCore
import PostgresClient

extension RevocationBatch {
  /// Finds the roles by OID, and which scopes each of them holds; sets all of them aside on another
  /// server, where their numbers say nothing.
  mutating func find(on server: String) async throws(Obstacle) -> [UInt32: [String]] {
    let (oids, planned) = (oids, plannedScopes)
    let found: Answer<(roles: [RoleRecord], scopes: [UInt32: [String]])>
    do throws(ProvisioningError) {
      found = try await admins.run(.revoking) { connection in
        try connection.roles(withOIDs: oids, planned: planned)
      }
    } catch {
      throw Obstacle(error)
    }
    guard found.systemIdentifier == server else {
      setAside(going, "another server answers at \(admins.place)")
      return [:]
    }
    let (records, scopes) = found.value
    for index in going {
      let target = members[index].target
      do throws(Obstacle) {
        members[index].role = try role(of: target, among: records, tag, on: server)
      } catch {
        setAside([index], error.note)
      }
    }
    return scopes
  }

  /// Takes LOGIN away from all of them, and tells their sessions to end.
  mutating func fence(on server: String) async throws(Obstacle) {
    try await changeAll(on: server, first: .hurry(lockTimeoutMilliseconds: 50), waitsMax: 10) {
      connection, role in
      [Statement(try RoleStatements(role.name, on: connection).fence)]
    }
    // What is not there, nobody can log in as.
    for index in going { members[index].isFenced = true }
    let oids = oids
    let sessions = try await step(on: server) { try $0.terminateSessions(ofAny: oids) }
    for index in going { take(sessions, of: index) }
  }

  /// Takes the scopes from all of them.
  mutating func empty(
    _ scopes: [UInt32: [String]], on server: String
  ) async throws(Obstacle) {
    if scopes.isEmpty { return }
    try await changeAll(on: server, first: .hurry(lockTimeoutMilliseconds: 500)) {
      connection, role in
      let statements = try RoleStatements(role.name, on: connection)
      return try scopes[role.oid, default: []].map { scope in
        Statement(statements.leave(scope: try connection.quoted(identifier: scope)))
      }
    }
  }

  /// Sets aside whose role, or whose scope or a role that it leads to, has something that is to be
  /// looked at: prepared transactions, guests, things that now belong to the scope.
  mutating func setAsideWhoLeftSomething(on server: String) async throws(Obstacle) {
    let (oids, scopes) = (oids, plannedScopes + [markerRole])
    let left = try await step(on: server) { try $0.unusual(of: oids, and: scopes) }
    setAside(
      going.filter { index in
        left.roles.contains(members[index].oid)
          || !left.scopes.isDisjoint(with: members[index].target.scopesToTidy)
      }, "it left something behind")
  }

  mutating func drop(on server: String) async throws(Obstacle) {
    try await changeAll(on: server, first: .lockTimeout(milliseconds: 500)) { connection, role in
      [Statement(try RoleStatements(role.name, on: connection).drop)]
    }
  }

  /// By OID, in all catalogs that could mention a role.
  mutating func verifyNothingIsLeft(on server: String) async throws(Obstacle) {
    let oids = oids
    let traced = try await step(on: server) { try $0.traced(among: oids) }
    setAside(going.filter { traced.contains(members[$0].oid) }, "the server still mentions it")
  }

  private var plannedScopes: [String] {
    Set(going.flatMap { members[$0].target.scopes }).sorted()
  }
}

/// What an attempt of its own has to look at.
struct Unusual: Sendable {
  var roles: Set<UInt32> = []
  var scopes: Set<String> = []
}

extension Connection {
  fileprivate func roles(
    withOIDs oids: [UInt32], planned: [String]
  ) throws(PostgresError) -> (roles: [RoleRecord], scopes: [UInt32: [String]]) {
    let answers = try pipeline([
      .roles(oids: oids), .scopesHeld(byAny: oids, planned: planned, marker: markerRole),
    ])
    let roles = try answers[0].map(RoleRecord.init)
    var scopes: [UInt32: [String]] = [:]
    for row in answers[1] {
      scopes[try row.oid("member"), default: []].append(try row.text("rolname"))
    }
    return (roles, scopes)
  }

  fileprivate func unusual(
    of oids: [UInt32], and scopes: [String]
  ) throws(PostgresError) -> Unusual {
    var unusual = Unusual()
    let answers = try pipeline([
      .preparing(amongst: oids, or: scopes), .hosts(amongst: oids), .owning(amongst: scopes),
    ])
    for row in answers[0] {
      if try row["oid"] != nil { unusual.roles.insert(try row.oid("oid")) }
      if let scope = try row["scope"] { unusual.scopes.insert(scope) }
    }
    for row in answers[1] { unusual.roles.insert(try row.oid("oid")) }
    // What a role of the server's own owns shows in each database only, if anybody can become it.
    let canBecomeScope = !Dialect(serverVersion: serverVersion).hasMembershipOptions
    for row in answers[2] {
      let (owns, isOpaque) = (try row.bool("owns"), try row.bool("is_opaque"))
      if owns || canBecomeScope && isOpaque { unusual.scopes.insert(try row.text("scope")) }
    }
    return unusual
  }

  fileprivate func traced(among oids: [UInt32]) throws(PostgresError) -> Set<UInt32> {
    var traced: Set<UInt32> = []
    for row in try query(.traces(ofAny: oids)) { traced.insert(try row.oid("oid")) }
    return traced
  }
}
