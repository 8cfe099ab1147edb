import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// What a scope is a member of is within the holder's reach: at the end as at the beginning.
@Suite("roles that a scope leads to")
struct ReachTests {
  /// Two steps away from the scope, with CREATE in its schema; the broker may not give it.
  private func makeBase(_ stage: Stage) async throws -> String {
    let base = "\(stage.scope)_base"
    try await stage.test.execute(
      """
      CREATE ROLE \(base) NOLOGIN;
      CREATE ROLE \(base)_team NOLOGIN;
      GRANT \(base) TO \(base)_team;
      GRANT \(base)_team TO \(stage.scope);
      """)
    for database in Stage.databases {
      try await stage.test.execute(
        "GRANT USAGE, CREATE ON SCHEMA \(stage.scope) TO \(base)", dbname: database)
    }
    return base
  }

  /// Nobody is kept out of the scope, and nothing is owned by what it leads to.
  private func expectTidy(_ stage: Stage, _ base: String) async throws {
    #expect(
      try await stage.read(
        """
        SELECT 'owned' FROM pg_shdepend WHERE refobjid = '\(base)'::regrole AND deptype = 'o'
        UNION ALL
        SELECT 'prepared' FROM pg_prepared_xacts WHERE owner = '\(base)'
        """) == [])
    let next = try await stage.provisioner.activate(
      stage.test.plan([stage.scope], accept: [.createroleIsSuperuser]))
    expectEnded(await stage.provisioner.revoke(next.target([stage.scope])))
  }

  @Test(
    "their default privileges are undone, alone and together", arguments: TestedVersions.majors,
    [false, true])
  func defaults(major: Int, together: Bool) async throws {
    let test = try await TestServer.shared(major: major)
    let first = try await Stage.setUp(on: test)
    let base = try await makeBase(first)
    expectEnded(await first.revoke(.keep).last)
    let role = try await first.provisioner.activate(
      test.plan([first.scope], accept: [.createroleIsSuperuser]))
    #expect(Set(role.reach) == [base, "\(base)_team"])
    for database in ["postgres", "other"] {
      try await test.login(role, dbname: database).execute(
        """
        ALTER DEFAULT PRIVILEGES FOR ROLE \(base) GRANT SELECT ON TABLES TO PUBLIC;
        ALTER DEFAULT PRIVILEGES FOR ROLE \(base) IN SCHEMA \(first.scope)
          GRANT ALL ON SEQUENCES TO bob;
        """)
    }
    await #expect(throws: ProvisioningError.self) {
      try await first.provisioner.activate(
        test.plan([first.scope], accept: [.createroleIsSuperuser]))
    }
    let target = role.target([first.scope])
    if together {
      let batch = await first.provisioner.revokeTogether([target])
      #expect(batch[0].outcome != .ended && batch[0].sessionsGoneAfterMs != nil)
    }
    expectEnded(await first.provisioner.revoke(target))
    try await expectTidy(first, base)
    await first.provisioner.close()
  }

  @Test(
    "what was made as one of them ends with the grant",
    arguments: TestedVersions.majors.filter { $0 < 16 })
  func things(major: Int) async throws {
    let test = try await TestServer.shared(major: major)
    let stage = try await Stage.setUp(on: test)
    let base = try await makeBase(stage)
    expectEnded(await stage.revoke(.keep).last)
    let role = try await stage.provisioner.activate(
      test.plan([stage.scope], accept: [.createroleIsSuperuser]))
    for database in ["postgres", "other"] {
      let session = try await test.login(role, dbname: database)
      try await session.execute(
        """
        SET ROLE \(base);
        CREATE FUNCTION \(stage.scope).f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        CREATE TABLE \(stage.scope).t (id int);
        """)
      try await session.execute("BEGIN; UPDATE \(stage.scope).t SET id = 1")
      try await session.execute("PREPARE TRANSACTION '\(base) \(database)'")
    }
    var target = role.target([stage.scope])
    #expect(await stage.provisioner.revokeTogether([target])[0].outcome != .ended)
    let kept = await stage.provisioner.revoke(target)
    #expect(kept.residue.filter { $0.kind == "table" }.count == 2, "it is somebody's work")
    #expect(kept.preparedRolledBack == 2)
    target.residue = .drop
    let dropped = await stage.provisioner.revoke(target)
    expectEnded(dropped)
    #expect(
      try await stage.read("SELECT proname FROM pg_proc WHERE proowner = '\(base)'::regrole") == [])
    try await expectTidy(stage, base)
    await stage.provisioner.close()
  }

  @Test(
    "code made as a role of the server's own ends with the grant",
    arguments: TestedVersions.majors.filter { $0 < 16 })
  func predefined(major: Int) async throws {
    try await withTestServer(major: major) { test in
      let stage = try await Stage.setUp(on: test)
      try await test.execute("GRANT pg_read_all_data TO \(stage.scope)")
      expectEnded(await stage.revoke(.keep).last)
      for database in ["postgres", "other"] {
        try await test.execute("GRANT CREATE ON SCHEMA public TO PUBLIC", dbname: database)
      }
      let role = try await stage.provisioner.activate(test.plan([stage.scope]))
      for database in ["postgres", "other"] {
        try await test.login(role, dbname: database).execute(
          """
          ALTER DEFAULT PRIVILEGES FOR ROLE pg_read_all_data GRANT SELECT ON TABLES TO PUBLIC;
          SET ROLE pg_read_all_data;
          CREATE FUNCTION public."all; --"(a int, OUT b int) LANGUAGE sql SECURITY DEFINER
            AS 'SELECT id FROM \(stage.scope).orders';
          CREATE PROCEDURE public.p() LANGUAGE sql AS 'SELECT 1';
          CREATE TYPE public.pair AS (a int);
          CREATE AGGREGATE public.total (int) (SFUNC = int4pl, STYPE = int);
          CREATE VIEW public.v AS SELECT 1;
          """)
      }
      let target = role.target([stage.scope])
      #expect(await stage.provisioner.revokeTogether([target])[0].outcome != .ended)
      let revocation = await stage.provisioner.revoke(target)
      expectEnded(revocation)
      for database in ["postgres", "other"] {
        #expect(
          try await stage.read(
            """
            SELECT proname FROM pg_proc WHERE proowner = 'pg_read_all_data'::regrole
            UNION ALL
            SELECT relname FROM pg_class WHERE relowner = 'pg_read_all_data'::regrole
            UNION ALL
            SELECT typname FROM pg_type WHERE typowner = 'pg_read_all_data'::regrole
            UNION ALL
            SELECT 'default' FROM pg_default_acl
            """, in: database) == [])
      }
      await stage.provisioner.close()
    }
  }

  @Test("one that came into reach meanwhile keeps what it owns", arguments: TestedVersions.majors)
  func late(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    let owner = "\(stage.scope)_owner"
    try await stage.test.execute(
      """
      CREATE ROLE \(owner) NOLOGIN;
      ALTER TABLE \(stage.scope).orders OWNER TO \(owner);
      ALTER DEFAULT PRIVILEGES FOR ROLE \(owner) GRANT SELECT ON TABLES TO bob;
      GRANT \(owner) TO \(stage.scope);
      """)
    let ending = await stage.revoke(.drop)
    #expect(ending.end == .ended)
    #expect(
      ending.last.residue.map { "\($0.database) \($0.kind) \($0.name)" }
        == ["postgres scope \(owner)"])
    #expect(ending.last.residue[0].note?.hasPrefix("2 things of its were kept") == true)
    #expect(
      try await stage.read(
        "SELECT count(*) FROM pg_shdepend WHERE refobjid = '\(owner)'::regrole AND deptype = 'o'")
        == ["2"])
    await stage.provisioner.close()
  }
}
