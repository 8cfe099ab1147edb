import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("what a holder does to its scope")
struct ScopeSnapshotTests {
  private func look(_ stage: Stage) async throws -> OwnerSnapshot {
    try await stage.provisioner.snapshot(
      ofScopes: [stage.scope], before: stage.role.reach,
      on: stage.role.identity.systemIdentifier)
  }

  private func changes(_ stage: Stage, since before: OwnerSnapshot) async throws -> [Residue] {
    try await look(stage).changes(since: before, of: "the scope")
  }

  /// Policies and default privileges for the scope, and a trigger, as an operator has them.
  private func prepare(_ stage: Stage) async throws {
    for database in ["postgres", "other"] {
      try await stage.test.execute(
        """
        ALTER TABLE \(stage.scope).orders ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON \(stage.scope).orders TO \(stage.scope) USING (id > 0);
        ALTER DEFAULT PRIVILEGES IN SCHEMA \(stage.scope) GRANT SELECT ON TABLES TO \(stage.scope);
        CREATE TRIGGER old BEFORE UPDATE ON \(stage.scope).orders
          FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
        """, dbname: database)
    }
  }

  @Test("a grant that does nothing changes nothing", arguments: TestedVersions.majors)
  func nothing(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await prepare(stage)
    let before = try await look(stage)
    #expect(try OwnerSnapshot(decoding: before.encoded) == before)
    let session = try await stage.enter()
    _ = try await session.query("SELECT * FROM \(stage.scope).orders")
    let other = try await stage.provisioner.activate(stage.test.plan([stage.scope]))
    #expect(try await changes(stage, since: before) == [])
    expectEnded(await stage.revoke(.keep).last)
    #expect(try await changes(stage, since: before) == [])
    expectEnded(await stage.provisioner.revoke(other.target([stage.scope])))
    #expect(try await changes(stage, since: before) == [])
    await stage.provisioner.close()
  }

  @Test(
    "DROP OWNED BY the scope shows, in every database", arguments: TestedVersions.majors,
    ["postgres", "other"])
  func dropOwned(major: Int, database: String) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await prepare(stage)
    let before = try await look(stage)
    try await stage.enter(database).execute("DROP OWNED BY \(stage.scope)")
    let left = try await stage.read(
      """
      SELECT classid::regclass::text FROM pg_shdepend
       WHERE refobjid = '\(stage.scope)'::regrole
         AND classid IN ('pg_policy'::regclass, 'pg_default_acl'::regclass)
         AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      """, in: database)
    let found = try await changes(stage, since: before)
    #expect(found.allSatisfy { $0.database == database })
    // What the server did, which minor versions do otherwise, and nothing else.
    #expect(
      found.contains { $0.name == "\(stage.scope) in pg_policy" } == !left.contains("pg_policy"))
    #expect(
      found.contains { $0.name == "\(stage.scope) in pg_default_acl" }
        == !left.contains("pg_default_acl"))
    #expect(!left.contains("pg_default_acl"))
    if database == "postgres", !left.contains("pg_policy") {
      #expect(
        found.contains { $0.kind == "policy" && $0.note?.contains("changed") != true }
          || found.contains { $0.kind == "policy" })
    }
    expectEnded(await stage.revoke(.keep).last)
    await stage.provisioner.close()
  }

  @Test(
    "a trigger shows whoever owns its function, and one that was changed or dropped",
    arguments: TestedVersions.majors)
  func triggers(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await prepare(stage)
    try await stage.test.execute(
      """
      CREATE FUNCTION \(stage.scope).app() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RETURN NEW; END';
      GRANT EXECUTE ON FUNCTION \(stage.scope).app() TO PUBLIC;
      """)
    let before = try await look(stage)
    try await stage.enter().execute(
      """
      CREATE TRIGGER slow BEFORE UPDATE ON \(stage.scope).orders
        FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
      CREATE TRIGGER "the app's; --" AFTER INSERT ON \(stage.scope).orders
        FOR EACH ROW EXECUTE FUNCTION \(stage.scope).app();
      CREATE OR REPLACE TRIGGER old BEFORE UPDATE ON \(stage.scope).orders
        FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();
      """)
    expectEnded(await stage.revoke(.keep).last)
    #expect(
      Set(try await changes(stage, since: before).map { "\($0.kind) \($0.name): \($0.note ?? "")" })
        == [
          "trigger slow on \(stage.scope).orders: the scope's: new since the grant began",
          #"trigger "the app's; --" on \#(stage.scope).orders: "#
            + "the scope's: new since the grant began",
          "trigger old on \(stage.scope).orders: the scope's: changed during the grant",
        ])
    await stage.provisioner.close()
  }

  @Test(
    "a trigger whose WHEN may run SQL is told as that, with what ends it",
    arguments: TestedVersions.majors)
  func condition(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await prepare(stage)
    let before = try await look(stage)
    try await stage.enter().execute(
      """
      CREATE TRIGGER w AFTER UPDATE ON \(stage.scope).orders FOR EACH ROW
        WHEN (query_to_xml('SELECT pg_catalog.lo_create(0)', true, true, '') IS NULL)
        EXECUTE FUNCTION suppress_redundant_updates_trigger();
      CREATE TRIGGER plain AFTER UPDATE ON \(stage.scope).orders FOR EACH ROW
        WHEN (OLD.id IS DISTINCT FROM NEW.id + 1)
        EXECUTE FUNCTION suppress_redundant_updates_trigger();
      """)
    expectEnded(await stage.revoke(.keep).last)
    let orders = "\(stage.scope).orders"
    #expect(
      Set(try await changes(stage, since: before).map { "\($0.kind): \($0.name)" })
        == [
          "trigger that may run SQL: w on \(orders) (DROP TRIGGER w ON \(orders) ends it)",
          "trigger: plain on \(orders)",
        ])
    await stage.provisioner.close()
  }

  @Test("thousands of triggers are a few rows and a digest of the rest")
  func many() async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    let before = try await look(stage)
    func make(_ count: Int, _ letter: String) async throws {
      try await stage.enter().execute(
        """
        DO $$ BEGIN
          FOR i IN 1..\(count) LOOP
            EXECUTE 'CREATE TRIGGER \(letter)' || i || ' BEFORE UPDATE ON \(stage.scope).orders
              FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()';
          END LOOP;
        END $$
        """)
    }
    try await make(3_000, "a")
    let full = try await look(stage)
    #expect(full.items.count < before.items.count + Limits.snapshotListedMax + 2)
    #expect(try await changes(stage, since: before).contains { $0.name == "(the others)" })
    // One that is not named shows as well.
    try await make(1, "z")
    #expect(
      try await changes(stage, since: full).map(\.name) == ["(the others)"])
    expectEnded(await stage.revoke(.keep).last)
    await stage.provisioner.close()
  }

  @Test(
    "settings that the holder gave the scope show, with what ends them",
    arguments: TestedVersions.majors.filter { $0 < 16 })
  func settings(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    let before = try await look(stage)
    try await stage.enter().execute(
      """
      SET ROLE \(stage.scope);
      ALTER ROLE \(stage.scope) SET work_mem = '1MB';
      ALTER ROLE \(stage.scope) IN DATABASE other SET work_mem = '1MB';
      """)
    expectEnded(await stage.revoke(.keep).last)
    let found = try await changes(stage, since: before).filter { $0.kind == "scope setting" }
    #expect(found.map(\.database) == ["(all)", "other"])
    for change in found {
      let statement = try #require(change.name.firstMatch(of: #/\((ALTER ROLE .*) ends it\)/#))
      try await stage.test.execute(String(statement.1))
    }
    #expect(try await changes(stage, since: before) == [])
    await stage.provisioner.close()
  }

  @Test("what others do to the scope shows as well", arguments: TestedVersions.majors)
  func others(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    let before = try await look(stage)
    try await stage.test.execute(
      """
      ALTER ROLE \(stage.scope) LOGIN;
      GRANT \(stage.scope) TO bob;
      GRANT pg_monitor TO \(stage.scope);
      REVOKE UPDATE ON \(stage.scope).orders FROM \(stage.scope);
      """)
    let names = try await changes(stage, since: before).map { "\($0.kind) \($0.name)" }
    for expected in [
      "role \(stage.scope)", "members of \(stage.scope)", "membership \(stage.scope) in pg_monitor",
      "grants on tables to \(stage.scope)",
    ] {
      #expect(names.contains(expected), "\(names)")
    }
    try await stage.test.execute(
      "REVOKE \(stage.scope) FROM bob; ALTER ROLE \(stage.scope) NOLOGIN")
    expectEnded(await stage.revoke(.keep).last)
    await stage.provisioner.close()
  }
}
