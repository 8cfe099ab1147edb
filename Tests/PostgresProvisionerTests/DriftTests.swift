import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("what is not as it was made")
struct DriftTests {
  /// What a superuser does to the role `ROLE`, and what the census then says.
  struct Change: Sendable, CustomTestStringConvertible {
    let sql: String
    let kind: Drift.Kind
    let found: String

    init(_ sql: String, _ kind: Drift.Kind, _ found: String) {
      (self.sql, self.kind, self.found) = (sql, kind, found)
    }

    var testDescription: String { sql }
  }

  static let changes: [Change] = [
    .init("ALTER ROLE ROLE NOLOGIN", .attribute, "LOGIN is off"),
    .init(
      "ALTER ROLE ROLE CONNECTION LIMIT 100", .attribute, "CONNECTION LIMIT is 100, not 20"),
    .init(
      "ALTER ROLE ROLE VALID UNTIL '2099-01-02 00:00:00+00'", .attribute,
      "VALID UNTIL is 2099-01-02T00:00:00.000Z, not 2099-01-01T00:00:00.123Z"),
    .init(
      "ALTER ROLE ROLE VALID UNTIL 'infinity'", .attribute,
      "VALID UNTIL is never or always, not 2099-01-01T00:00:00.123Z"),
    .init("ALTER ROLE ROLE SUPERUSER", .power, "it has SUPERUSER"),
    .init("ALTER ROLE ROLE CREATEROLE", .power, "it has CREATEROLE"),
    .init("ALTER ROLE ROLE CREATEDB", .power, "it has CREATEDB"),
    .init("ALTER ROLE ROLE REPLICATION", .power, "it has REPLICATION"),
    .init("ALTER ROLE ROLE BYPASSRLS", .power, "it has BYPASSRLS"),
    .init("GRANT app_write TO ROLE", .membership, "it is a member of app_write"),
    .init(
      "REVOKE app_read FROM ROLE GRANTED BY jit_broker", .membership,
      "it is not a member of app_read any more"),
    .init(
      "REVOKE jit_grants FROM ROLE GRANTED BY jit_broker", .membership,
      "it is not a member of jit_grants any more"),
    .init(
      "GRANT app_read TO ROLE WITH ADMIN OPTION", .membership,
      "it is a member of app_read otherwise than we made it"),
    .init("GRANT ROLE TO bob", .member, "bob is a member of it"),
    .init("ALTER ROLE ROLE SET work_mem = '1MB'", .setting, "it has a setting: work_mem"),
    .init(
      "ALTER ROLE ROLE IN DATABASE other SET role = 'bob'", .setting,
      "it has a setting: role in other"),
    .init("COMMENT ON ROLE ROLE IS NULL", .marking, "its tag is gone"),
    .init("COMMENT ON ROLE ROLE IS 'hers'", .marking, "its comment is not our tag any more"),
    .init("ALTER ROLE ROLE RENAME TO ROLE_b", .marking, "it is called ROLE_b now"),
  ]

  @Test("each change is named, and nothing else is", arguments: changes)
  func change(_ change: Change) async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan()
    let role = try await provisioner.activate(plan).identity
    let expected = ExpectedRole(role, plan)
    #expect(try await provisioner.census(expecting: [expected]).drift == [:])

    let name = role.name
    try await test.execute(change.sql.replacing("ROLE_b", with: "\(name)_b").named(name))
    let census = try await provisioner.census(expecting: [expected])
    let found = change.found.replacing("ROLE_b", with: "\(name)_b")
    #expect(census.drift == [role: [Drift(change.kind, found)]])
    #expect(!census.fenced.contains(role))
    #expect(census.strangers[role] == nil)
    #expect(try await provisioner.census(expecting: [expected]).drift == census.drift)
    let last = change.kind == .marking && found.contains("_b") ? "\(name)_b" : name
    try await test.execute("DROP ROLE \(last)")
    await provisioner.close()
  }

  @Test("what the holder does to itself is named, too")
  func holder() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan()
    let role = try await provisioner.activate(plan)
    let session = try await test.login(role)
    try await session.execute("ALTER ROLE \(role.identity.name) SET search_path = 'a b', \"c=d\"")
    try await session.execute("ALTER ROLE \(role.identity.name) PASSWORD 'mine'")
    let census = try await provisioner.census(
      expecting: [ExpectedRole(role.identity, plan)])
    #expect(
      census.drift == [role.identity: [Drift(.setting, "it has a setting: search_path")]])
    expectEnded(await provisioner.revoke(role.target()))
    await session.close()
    await provisioner.close()
  }

  @Test("several at once stand in an order that stays, and a long list is cut")
  func many() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan()
    let role = try await provisioner.activate(plan).identity
    let settings = (100..<160).map { "ALTER ROLE \(role.name) SET a.b\($0) = 'x'" }
    try await test.execute(
      (settings + ["ALTER ROLE \(role.name) NOLOGIN CREATEDB"]).joined(separator: ";"))
    let drift = try await provisioner.census(expecting: [ExpectedRole(role, plan)]).drift[role]
    let found = (drift ?? []).map(\.found)
    #expect(found.prefix(3) == ["LOGIN is off", "it has CREATEDB", "it has a setting: a.b100"])
    #expect(found.count == Limits.driftListedMax + 1)
    #expect(found.last == "and \(62 - Limits.driftListedMax) more")
    try await test.execute("DROP ROLE \(role.name)")
    await provisioner.close()
  }

  @Test("a role that is gone is missing; one that was made elsewhere has moved, here or not")
  func missing() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan()
    let role = try await provisioner.activate(plan).identity
    try await test.execute("DROP ROLE \(role.name)")
    let elsewhere = RoleIdentity(name: role.name, oid: role.oid, systemIdentifier: "1")
    let census = try await provisioner.census(
      expecting: [ExpectedRole(role, plan), ExpectedRole(elsewhere, plan)])
    #expect(
      census.drift.mapValues { $0.map(\.kind) } == [role: [.missing], elsewhere: [.moved]])
    await provisioner.close()
  }

  @Test("a role whose end has begun is fenced, and that is all, also when its tag is gone")
  func fenced() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan()
    let role = try await provisioner.activate(plan).identity
    try await test.execute(
      """
      ALTER ROLE \(role.name) NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '-infinity';
      COMMENT ON ROLE \(role.name) IS NULL
      """)
    let census = try await provisioner.census(expecting: [ExpectedRole(role, plan)])
    #expect(census.fenced.contains(role))
    #expect(census.drift == [:])
    try await test.execute("DROP ROLE \(role.name)")
    await provisioner.close()
  }

  @Test(
    "a role that looks like ours is named, unless it can do no harm or is another broker's",
    arguments: [
      ("CREATE ROLE ROLE LOGIN", "it is named like a role of ours, but does not have our tag"),
      ("CREATE ROLE ROLE NOLOGIN", nil),
      (
        "CREATE ROLE ROLE NOLOGIN IN ROLE jit_grants",
        "it is named like a role of ours, but does not have our tag"
      ),
      (
        "CREATE ROLE ROLE LOGIN IN ROLE jit_grants; COMMENT ON ROLE ROLE IS 'jit1:0123456789abcdef:1'",
        nil
      ),
      (
        "CREATE ROLE ROLE LOGIN; COMMENT ON ROLE ROLE IS 'TAG'",
        "it has our tag, but is not a member of jit_grants"
      ),
      (
        "CREATE ROLE ROLEx LOGIN; COMMENT ON ROLE ROLEx IS 'TAG'",
        "it has our tag, but is not a member of jit_grants"
      ),
      ("CREATE ROLE ROLEx LOGIN", nil),
    ])
  func strangers(sql: String, found: String?) async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner(tag: OriginTag(origin: "jit.example.com/strangers"))
    // Makes the marker role.
    let plan = test.plan()
    _ = try await provisioner.create(plan)
    let id = ("0000000" + String(UInt32.random(in: .min ... .max), radix: 16)).suffix(8)
    let name = "jit_eve_\(id)"
    let tag = OriginTag(origin: "jit.example.com/strangers").prefix + "1"
    try await test.execute(sql.replacing("TAG", with: tag).named(name))
    let census = try await provisioner.census(expecting: [])
    let mine = census.strangers.filter { $0.key.name.hasPrefix(name) }
    #expect(mine.values.map { $0.map(\.found) } == (found.map { [[$0]] } ?? []))
    #expect(!census.roles.contains { $0.name.hasPrefix(name) })
    try await test.execute("DROP ROLE IF EXISTS \(name), \(name)x; DROP ROLE \(plan.name)")
    await provisioner.close()
  }
}

extension String {
  /// With the name of a role in place of the word that stands for it.
  fileprivate func named(_ name: String) -> String {
    replacing(" ROLE ROLE", with: " ROLE \(name)").replacing(" ROLE ROLEx", with: " ROLE \(name)x")
      .replacing("FROM ROLE", with: "FROM \(name)").replacing("TO ROLE", with: "TO \(name)")
      .replacing("GRANT ROLE", with: "GRANT \(name)")
  }
}
