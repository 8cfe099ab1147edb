import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// DROP OWNED BY takes a role out of others' policies in some minor versions, and in others it
/// warns only: what is told is what the catalog says afterwards.
@Suite("row-security policies that name the role")
struct NamingPolicyTests {
  /// Two of a stranger's in another database, with names that would do harm.
  private func makePolicies(_ stage: Stage) async throws {
    try await stage.test.execute(
      """
      CREATE POLICY "hers""; DROP ROLE bob;--" ON \(stage.scope).orders TO \(stage.name) USING (true);
      CREATE POLICY theirs ON \(stage.scope).orders
        TO bob, \(stage.name), "scope""; DROP ROLE bob;--" USING (true);
      """, dbname: "other")
  }

  private func naming(_ stage: Stage) async throws -> [String] {
    try await stage.read(
      "SELECT polname FROM pg_policy WHERE \(stage.oid) = ANY (polroles)", in: "other")
  }

  /// The statements that the notes print.
  private func statements(_ residue: [Residue]) throws -> [String] {
    try residue.filter { $0.kind == "policy" }.map { policy in
      let note = try #require(policy.note)
      let statement = try #require(note.firstRange(of: #/(ALTER|DROP) POLICY/#))
      return String(note[statement.lowerBound...])
    }
  }

  @Test("the owner's own statements take the role out of them", arguments: TestedVersions.majors)
  func told(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await makePolicies(stage)
    // What the role leaves in a database has the broker look there.
    _ = try await stage.enter("other").query("SELECT pg_catalog.lo_create(0)")
    let told = try statements(try await stage.provisioner.residue(of: stage.role.target()))
    #expect(told.count == 2)
    for statement in told { try await stage.test.execute(statement, dbname: "other") }
    #expect(
      try await stage.read(
        """
        SELECT polname || ' ' || array_length(polroles, 1) FROM pg_policy
         WHERE polrelid = '\(stage.scope).orders'::regclass
        """, in: "other") == ["theirs 2"])
    #expect(try await stage.test.exists("bob"))
    expectEnded(await stage.revoke(.drop).last)
    await stage.provisioner.close()
  }

  @Test(
    "the end says what the catalog says, whatever the server's minor version does",
    arguments: TestedVersions.majors)
  func ended(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await makePolicies(stage)
    let ending = await stage.revoke(.keep)
    #expect(ending.objectsDropped == 0)
    #expect(ending.notes(on: "policy", in: ending.found).count == 2)
    let left = try await naming(stage)
    #expect(ending.last.residue.filter { $0.kind == "policy" }.count == left.count)
    #expect(ending.end == (left.isEmpty ? .ended : .stuck(.residue)))
    if !left.isEmpty {
      #expect(await stage.revoke(.drop).end == .stuck(.residue), "nobody but the owner can")
      for statement in try statements(ending.last.residue) {
        try await stage.test.execute(statement, dbname: "other")
      }
      expectEnded(await stage.revoke(.keep).last)
    }
    #expect(try await naming(stage) == [])
    #expect(try await !stage.test.exists(stage.name))
    await stage.provisioner.close()
  }

  @Test("those on the role's own tables go with the tables", arguments: TestedVersions.majors)
  func own(major: Int) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    try await stage.work("t")
    try await stage.enter().execute(
      "CREATE POLICY mine ON \(stage.scope).t TO \(stage.name), bob USING (true)")
    let kept = await stage.revoke(.keep)
    #expect(kept.end == .stuck(.residue))
    #expect(
      kept.notes(on: "policy", in: kept.last.residue)
        == ["names the role; it goes with the role's table"])
    expectEnded(await stage.revoke(.drop).last)
    await stage.provisioner.close()
  }

  @Test("there may be many: so many are told, and how many more there are")
  func many() async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    try await stage.test.execute(
      """
      DO $$ BEGIN
        FOR i IN 1..300 LOOP
          EXECUTE 'CREATE POLICY p' || i || ' ON \(stage.scope).orders TO \(stage.name) USING (true)';
        END LOOP;
      END $$
      """)
    let told = try await stage.provisioner.residue(of: stage.role.target())
    #expect(told.count == Limits.residueListedMax + 1)
    #expect(told.last?.name == "(200 more)")
    try await stage.test.execute("DROP TABLE \(stage.scope).orders")
    expectEnded(await stage.revoke(.keep).last)
    await stage.provisioner.close()
  }
}
