import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("grants that act as an owner")
struct OwnerTests {
  private let accept: Set<Danger> = [.createroleIsSuperuser, .actsAsOwner]

  private func plan(_ stage: ScopeStage, _ scopes: [String], accept: Set<Danger>) -> RolePlan {
    let plan = stage.test.plan(scopes)
    return RolePlan(
      name: plan.name, scopes: scopes, actsAs: stage.owner, expiresAt: plan.expiresAt, sessions: 4,
      accept: accept)
  }

  /// A scope with CONNECT only: what it acts as does not count before a session has begun.
  private func connecting(_ stage: ScopeStage) async throws -> String {
    let scope = stage.scope("ddl", PrivilegeRule(allow: [.usage], on: .schemas, schemas: ["app"]))
    try await stage.apply(scope)
    return scope.name
  }

  @Test("make things that are the owner's, and end", arguments: TestedVersions.majors)
  func works(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = try await connecting(stage)
    let plan = plan(stage, [scope], accept: accept)
    let preview = try await stage.admin.preview(plan)
    #expect(preview.contains("ALTER ROLE \"\(plan.name)\" SET role = \"\(stage.owner)\""))
    let role = try await stage.admin.activate(plan)
    #expect(
      try await stage.admin.census(expecting: [ExpectedRole(role.identity, plan)]).drift == [:])
    let session = try await stage.test.login(role, dbname: stage.database)
    try await session.execute("CREATE TABLE app.made (id int); INSERT INTO app.made VALUES (1)")
    let running = try await stage.test.login(role, dbname: stage.database)
    try await running.execute("BEGIN; LOCK TABLE app.orders")

    let revocation = await stage.admin.revoke(role.target([scope]))
    expectEnded(revocation)
    #expect(revocation.sessionsEnded == 2)
    await #expect(throws: PostgresError.self) { try await running.query("SELECT 1") }
    #expect(
      try await stage.value("SELECT tableowner FROM pg_tables WHERE tablename = 'made'")
        == stage.owner)
    #expect(try await stage.value("SELECT count(*) FROM app.made") == "1")
    await stage.close()
  }

  @Test("are refused unless the policy accepts it by name", arguments: TestedVersions.majors)
  func refused(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let careful = plan(stage, [], accept: [.createroleIsSuperuser])
    let refused = await #expect(throws: ProvisioningError.self) {
      try await stage.admin.create(careful)
    }
    #expect(try await !stage.test.exists(careful.name))
    #expect(refused?.kind == .dangerous)
    #expect(refused?.message.contains("acts-as-owner") == true)

    // With LOGIN the holder could give the owner a password, and come back by it.
    try await stage.test.execute("ALTER ROLE \(stage.owner) LOGIN")
    let dangerous = await #expect(throws: ProvisioningError.self) {
      try await stage.admin.create(plan(stage, [], accept: accept))
    }
    #expect(dangerous?.message.contains("the owner \(stage.owner) is LOGIN") == true)
    await stage.close()
  }

  @Test(
    "leave no expression that a comparison does not name", arguments: TestedVersions.majors)
  func expressions(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = try await connecting(stage)
    let role = try await stage.admin.activate(plan(stage, [scope], accept: accept))
    let before = try await stage.admin.snapshot(
      of: stage.owner, on: role.identity.systemIdentifier)
    let session = try await stage.test.login(role, dbname: stage.database)
    try await session.execute(
      """
      CREATE DOMAIN app.d AS int CHECK (query_to_xml('SELECT 1', true, true, '') IS NOT NULL);
      ALTER TABLE app.orders ADD note text DEFAULT query_to_xml('SELECT 1', true, true, '')::text;
      ALTER TABLE app.orders ADD CONSTRAINT c
        CHECK (query_to_xml('SELECT 1', true, true, '') IS NOT NULL) NOT VALID;
      CREATE INDEX odd ON app.orders ((length(note)));
      SELECT pg_catalog.lo_create(777001);
      GRANT SELECT ON LARGE OBJECT 777001 TO PUBLIC;
      GRANT USAGE ON TYPE app.d TO PUBLIC;
      """)
    let after = try await stage.admin.snapshot(
      of: stage.owner, on: role.identity.systemIdentifier)
    let found = Set(after.changes(since: before, of: stage.owner).map { "\($0.kind) \($0.name)" })
    #expect(
      found.isSuperset(of: [
        "default app.orders.note", "constraint c on app.orders", "constraint d_check on app.d",
        "index app.odd", "grant large object 777001 to everybody",
      ]), "\(found)")
    expectEnded(await stage.admin.revoke(role.target([scope])))
    await stage.close()
  }

  @Test(
    "leave traces that a comparison names, and nothing else does", arguments: TestedVersions.majors)
  func comparison(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = try await connecting(stage)
    try await stage.execute(
      """
      SET ROLE \(stage.owner);
      CREATE FUNCTION app.old() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER audit BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.old();
      """)
    let role = try await stage.admin.activate(plan(stage, [scope], accept: accept))
    let server = role.identity.systemIdentifier
    let before = try await stage.admin.snapshot(of: stage.owner, on: server)
    #expect(try OwnerSnapshot(decoding: before.encoded) == before)
    let session = try await stage.test.login(role, dbname: stage.database)
    #expect(try await stage.admin.snapshot(of: stage.owner, on: server) == before)
    try await session.execute(
      """
      CREATE TABLE app.harmless (id int);
      CREATE FUNCTION app.sleeper() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE OR REPLACE FUNCTION app.refund(id int) RETURNS int LANGUAGE sql AS 'SELECT 2';
      CREATE TRIGGER sleeper AFTER UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.sleeper();
      DROP TRIGGER audit ON app.orders;
      CREATE OR REPLACE VIEW app.open_orders AS SELECT id FROM app.orders WHERE id > 1;
      GRANT SELECT ON app.orders TO bob;
      ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO bob;
      ALTER ROLE \(stage.owner) SET work_mem = '1MB';
      """)
    try await session.execute("BEGIN")
    try await session.execute("INSERT INTO app.harmless VALUES (1)")
    try await session.execute("PREPARE TRANSACTION 'left-\(stage.suffix)'")
    expectEnded(await stage.admin.revoke(role.target([scope])))

    let after = try await stage.admin.snapshot(of: stage.owner, on: server)
    let changes = after.changes(since: before, of: stage.owner)
    #expect(
      Set(changes.map { "\($0.kind) \($0.name)" }) == [
        "function app.sleeper()", "function app.refund(integer)", "trigger sleeper on app.orders",
        "trigger audit on app.orders", "view app.open_orders", "grant table app.orders to bob",
        "default privilege tables in app to bob", "setting work_mem",
        "prepared transaction left-\(stage.suffix)",
      ])
    func note(_ name: String) -> String? { changes.first { $0.name == name }?.note }
    #expect(note("audit on app.orders")?.contains("gone") == true)
    #expect(note("app.refund(integer)")?.contains("changed during the grant") == true)
    #expect(
      note("table app.orders to bob") == "\(stage.owner)'s: new since the grant began: SELECT")
    try await stage.execute("ROLLBACK PREPARED 'left-\(stage.suffix)'")
    await stage.close()
  }
}
