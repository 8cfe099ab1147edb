import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// The holder chooses how many there are.
@Suite("thousands of things")
struct BulkTests {
  private static let kinds = [
    ("large object", "SELECT count(lo_create(0)) FROM generate_series(1, 20000)", 20_000),
    (
      "function", repeated("CREATE FUNCTION S.f%s() RETURNS int LANGUAGE sql AS ''SELECT 1''"),
      10_000
    ),
    ("type", repeated("CREATE TYPE S.k%s AS ENUM ()"), 10_000),
    ("sequence", repeated("CREATE SEQUENCE S.s%s"), 10_000),
  ]

  private static func repeated(_ sql: String, times: Int = 10_000) -> String {
    """
    DO $$
      BEGIN
        FOR i IN 1..\(times) LOOP
          EXECUTE format('\(sql)', i);
          IF i % 100 = 0 THEN COMMIT; END IF;
        END LOOP;
      END $$
    """
  }

  @Test("the lists stay short and count all of it, kept and dropped", arguments: kinds)
  func kind(_ kind: String, sql: String, count: Int) async throws {
    try await withTestServer(settings: Self.quiet) { test in
      let stage = try await Stage.setUp(on: test)
      try await stage.enter().execute(sql.replacing("S.", with: "\(stage.scope)."))
      try await stage.work("t")
      let kept = await stage.revokeAgain(.keep)
      #expect(kept.end == .stuck(.residue), "\(kept.last)")
      #expect(kept.last.residue.count <= 2 * Limits.residueOfAKindMax, "\(kept.last.residue.count)")
      #expect(kept.last.residue.filter { $0.kind == kind }.reduce(0) { $0 + $1.count } == count)
      #expect(kept.found.filter { $0.kind == kind }.reduce(0) { $0 + $1.count } == count)
      let armed = "SELECT count(*) FROM pg_proc WHERE proowner = \(stage.oid) AND NOT prosecdef"
      #expect(try await stage.read(armed) == ["0"])
      let dropped = await stage.revokeAgain(.drop)
      #expect(dropped.end == .ended, "\(dropped.last)")
      #expect(dropped.objectsDropped == count + 1)
      await stage.provisioner.close()
    }
  }

  @Test("tables that are too many for one transaction go a portion at a time")
  func portions() async throws {
    // Room for about 3,500 locks: each of the tables takes four.
    let settings = ["max_connections": "40", "max_locks_per_transaction": "50"]
    try await withTestServer(settings: Self.quiet.merging(settings) { $1 }) { test in
      let stage = try await Stage.setUp(on: test)
      let session = try await stage.enter()
      for sql in [
        "CREATE TABLE S.t%s (id serial PRIMARY KEY, note text)",
        "CREATE VIEW S.v%s AS SELECT * FROM S.t%1$s",
      ] {
        try await session.execute(
          Self.repeated(sql, times: 1_500).replacing("S.", with: "\(stage.scope)."))
      }
      let ending = await stage.revokeAgain(.drop)
      #expect(ending.end == .ended, "\(ending.last)")
      #expect(ending.objectsDropped == 1_500 * 3)
      await stage.provisioner.close()
    }
  }

  @Test("what somebody else leans on stays, and the rest goes")
  func leaning() async throws {
    try await withTestServer(settings: Self.quiet) { test in
      let stage = try await Stage.setUp(on: test)
      try await stage.enter().execute(
        Self.repeated("CREATE TABLE S.t%s (id int)", times: 1_500)
          .replacing("S.", with: "\(stage.scope)."))
      try await test.execute(
        """
        CREATE VIEW \(stage.scope).hers AS SELECT * FROM \(stage.scope).t7;
        CREATE TABLE \(stage.scope).theirs () INHERITS (\(stage.scope).t8);
        """)
      let ending = await stage.revokeAgain(.drop)
      #expect(ending.end == .stuck(.residue), "\(ending.last)")
      #expect(ending.objectsDropped == 1_498)
      #expect(
        ending.notes(on: "view", in: ending.last.residue)
          == ["of postgres; it leans on something of the role's"])
      #expect(try await stage.read("SELECT count(*) FROM \(stage.scope).hers") == ["0"])
      try await test.execute("DROP VIEW \(stage.scope).hers; DROP TABLE \(stage.scope).theirs")
      #expect(await stage.revoke(.drop).end == .ended)
      await stage.provisioner.close()
    }
  }

  @Test("where the server has no room for locks, that is the obstacle, with the setting that helps")
  func noRoom() async throws {
    let settings = ["max_connections": "20", "max_locks_per_transaction": "10"]
    try await withTestServer(settings: Self.quiet.merging(settings) { $1 }) { test in
      let stage = try await Stage.setUp(on: test)
      try await stage.work("t")
      try await stage.enter().execute(
        Self.repeated("CREATE INDEX ON S.t (id)", times: 300)
          .replacing("S.", with: "\(stage.scope)."))
      #expect(await stage.revoke(.keep).end == .stuck(.residue))
      // Somebody has all but a few of the locks.
      let greedy = try await test.server.superuser()
      await #expect(throws: PostgresError.self) {
        try await greedy.query("SELECT pg_advisory_lock(i) FROM generate_series(1, 100000) i")
      }
      _ = try await greedy.query("SELECT pg_advisory_unlock(i) FROM generate_series(1, 100) i")
      let ending = await stage.revokeAgain(.drop)
      #expect(ending.end == .stuck(.exhausted), "\(ending.last)")
      if case .stuck(_, let note) = ending.last.outcome {
        #expect(note.contains("max_locks_per_transaction"))
      }
      #expect(ending.last.fenced && ending.last.sessionsGoneAfterMs != nil)
      await greedy.close()
      #expect(await stage.revokeAgain(.drop).end == .ended)
      await stage.provisioner.close()
    }
  }

  @Test("thousands of members, settings and roles that look like ours are counted")
  func census() async throws {
    try await withTestServer(settings: Self.quiet) { test in
      let provisioner = test.provisioner()
      let plan = test.plan()
      let role = try await provisioner.activate(plan)
      let name = role.identity.name
      try await test.execute(
        """
        DO $$
          BEGIN
            FOR i IN 1..3000 LOOP
              EXECUTE format('CREATE ROLE guest%s IN ROLE \(name)', i);
              EXECUTE format('CREATE ROLE jit_x_%s LOGIN', lpad(i::text, 8, '0'));
            END LOOP;
            FOR i IN 1..500 LOOP
              EXECUTE format('ALTER ROLE \(name) SET a.b%s = 1', i);
            END LOOP;
          END $$
        """)
      let census = try await provisioner.census(expecting: [ExpectedRole(role.identity, plan)])
      #expect(census.drift[role.identity]?.count == Limits.driftListedMax + 1)
      #expect(census.drift[role.identity]?.last?.found == "and 3460 more")
      #expect(census.strangers.count == Limits.surveyedMax)
      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      await provisioner.close()
    }
  }

  /// What these do is not to be in the server's log.
  private static let quiet = ["log_statement": "none", "log_min_duration_statement": "-1"]
}

extension Stage {
  /// As the broker does: again, as long as there is progress.
  fileprivate func revokeAgain(_ fate: ResidueFate) async -> Ending {
    var revocations: [Revocation] = []
    repeat {
      let last = await revoke(fate)
      revocations += last.all
      if last.end == .ended || last.objectsDropped == 0 && revocations.count > 4 { break }
    } while revocations.count < 20
    return Ending(revocations)
  }
}
