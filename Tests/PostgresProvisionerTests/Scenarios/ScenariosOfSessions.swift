import AccessCore
import AccessTesting
import PostgresClient
import Testing

extension Scenario {
  /// What sessions hold and do, and what becomes of the role behind the broker's back.
  static let sessions: [Scenario] = [
    Scenario(name: "a session that has become the scope", versions: 14...15) { stage in
      try await stage.enter().execute("SET ROLE \(stage.scope)")
      return { ending in #expect(ending.sessionsEnded == 1) }
    },
    Scenario(name: "an open cursor") { stage in
      let session = try await stage.enter()
      try await session.execute(
        "BEGIN; DECLARE c CURSOR FOR SELECT * FROM \(stage.scope).orders, generate_series(1, 9)")
      _ = try await session.query("FETCH 1 FROM c")
      return { ending in #expect(ending.sessionsEnded == 1) }
    },
    Scenario(name: "a query that runs") { stage in
      let session = try await stage.enter()
      let sleep = Task { try await session.query("SELECT pg_sleep(60)") }
      try await eventually("the query runs") {
        try await stage.read(
          """
          SELECT 'running' FROM pg_stat_activity
           WHERE usesysid = \(stage.oid) AND query LIKE '%pg_sleep%' AND state = 'active'
          """) == ["running"]
      }
      return { ending async throws in
        #expect(ending.sessionsEnded == 1)
        #expect(await sleep.result.isFailure)
      }
    },
    Scenario(name: "LISTEN, a temporary table, and locks of every kind") { stage in
      let session = try await stage.enter()
      try await session.execute(
        """
        LISTEN news;
        CREATE TEMP TABLE mine (id int);
        SELECT pg_catalog.pg_advisory_lock(\(stage.oid));
        BEGIN;
        LOCK TABLE \(stage.scope).orders IN ROW EXCLUSIVE MODE;
        SELECT * FROM \(stage.scope).orders FOR UPDATE;
        """)
      return { ending async throws in
        #expect(ending.sessionsEnded == 1)
        #expect(
          try await stage.read(
            "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND objid = \(stage.oid)") == [])
      }
    },
    Scenario(
      name: "somebody's lock on what has to be dropped", policy: .drop, end: .stuck(.locked)
    ) { stage in
      try await stage.work("held")
      let stranger = try await stage.test.server.superuser()
      try await stranger.execute("BEGIN; LOCK TABLE \(stage.scope).held IN ACCESS SHARE MODE")
      return { ending async throws in
        #expect(ending.objectsDropped == 0)
        await stranger.close()
      }
    },
    Scenario(name: "a role that was dropped by hand", isAlone: true) { stage in
      let session = try await stage.enter()
      let login = Task { try await stage.test.login(stage.role, options: "-c post_auth_delay=4") }
      try await stage.test.waitUntilLoginSleeps(stage.name)
      try await stage.test.execute("DROP ROLE \(stage.name)")
      #expect(try await session.query("SELECT 1").count == 1)
      return { ending async throws in
        #expect(ending.sessionsEnded == 2)
        await #expect(throws: PostgresError.self) { try await login.value.query("SELECT 1") }
      }
    },
    Scenario(name: "somebody else's role with the name of ours, without our tag", isAlone: true) {
      stage in
      try await stage.test.execute("DROP ROLE \(stage.name); CREATE ROLE \(stage.name) LOGIN")
      return { _ async throws in
        #expect(
          try await stage.read("SELECT rolcanlogin FROM pg_roles WHERE rolname = '\(stage.name)'")
            == ["t"])
      }
    },
    Scenario(name: "the role's comment removed") { stage in
      try await stage.test.execute("COMMENT ON ROLE \(stage.name) IS NULL")
      return { _ async throws in #expect(try await !stage.test.exists(stage.name)) }
    },
    Scenario(name: "the role's name changed") { stage in
      try await stage.test.execute("ALTER ROLE \(stage.name) RENAME TO \(stage.name)_x")
      return { _ async throws in #expect(try await !stage.test.exists("\(stage.name)_x")) }
    },
  ]
}
