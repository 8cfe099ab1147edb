import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// What holds up every look at the catalogs of one database, or every commit of the server.
@Suite("catalogs that are held, and commits that wait")
struct HeldCatalogTests {
  @Test(
    "a VACUUM FULL that waits for a reader keeps nobody else's sessions, alone or together",
    arguments: TestedVersions.majors, ["app", "postgres"])
  func vacuum(major: Int, home: String) async throws {
    try await withTestServer(major: major) { test in
      try await test.execute("CREATE DATABASE app")
      let provisioner = test.provisioner(in: home)
      let roles = [
        try await provisioner.activate(test.plan()), try await provisioner.activate(test.plan()),
      ]
      _ = try await provisioner.census(expecting: [])
      let sessions = [
        try await test.login(roles[0], dbname: home), try await test.login(roles[1], dbname: home),
      ]
      let reader = try await test.server.superuser(dbname: home)
      try await reader.execute("BEGIN; SELECT count(*) FROM pg_class")
      let vacuum = try await test.server.superuser(dbname: home)
      async let vacuumed: Void = vacuum.execute("VACUUM FULL pg_class")
      // Whoever asks must not need the catalogs of that database.
      let watcher = try await test.server.superuser(dbname: "other")
      try await eventually("the vacuum waits") {
        try await watcher.query(
          """
          SELECT FROM pg_stat_activity
           WHERE query LIKE 'VACUUM%' AND wait_event_type = 'Lock'
          """
        ).count == 1
      }

      let began = ContinuousClock.now
      let alone = await provisioner.revoke(roles[0].target())
      let together = await provisioner.revokeTogether([roles[1].target()])
      let took = ContinuousClock.now - began
      #expect(alone.fenced && alone.sessionsGoneAfterMs != nil, "\(alone.outcome)")
      #expect(together[0].fenced && together[0].sessionsGoneAfterMs != nil)
      #expect(took < .seconds(15), "\(took)")
      for role in roles {
        let left = try await watcher.query(
          "SELECT FROM pg_stat_activity WHERE usesysid = $1::oid", ["\(role.identity.oid)"])
        #expect(left.isEmpty)
      }
      for session in sessions {
        await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      }
      let ours = try await watcher.query(
        "SELECT FROM pg_stat_activity WHERE usename = 'jit_broker'")
      #expect(ours.count <= 5)

      try await reader.execute("ROLLBACK")
      try await vacuumed
      for role in roles { expectEnded(await provisioner.revoke(role.target())) }
      for connection in [reader, vacuum, watcher] { await connection.close() }
      await provisioner.close()
    }
  }

  @Test(
    "a synchronous standby that is gone holds up nothing but a new password of our own",
    arguments: TestedVersions.majors)
  func synchronous(major: Int) async throws {
    try await withTestServer(major: major) { test in
      let provisioner = test.provisioner()
      let before = try await provisioner.activate(test.plan())
      let session = try await test.login(before)
      try await test.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
      try await test.server.reload()
      try await eventually("it counts") {
        try await test.value("SHOW synchronous_standby_names") == "gone"
      }

      let began = ContinuousClock.now
      let during = try await provisioner.activate(test.plan())
      expectEnded(await provisioner.revoke(before.target()))
      let together = await provisioner.revokeTogether([during.target()])
      #expect(together.map(\.outcome) == [.ended])
      #expect(ContinuousClock.now - began < .seconds(4))
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }

      await #expect(throws: ProvisioningError.self) {
        try await provisioner.rotate(to: Secret("admin"))
      }
      // What was severed was told to stop as well.
      try await eventually("none of ours waits") {
        try await test.value(
          """
          SELECT count(*)
            FROM pg_stat_activity
           WHERE usename = 'jit_broker' AND wait_event = 'SyncRep'
          """) == "0"
      }
      let ours = try await test.value(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'jit_broker'")
      #expect(Int(ours ?? "").map { $0 <= 5 } == true)
      await provisioner.close()
    }
  }
}

extension TestServer {
  fileprivate func provisioner(in dbname: String) -> PostgresProvisioner {
    PostgresProvisioner(
      access: access(dbname: dbname), passwords: { [Secret("admin")] }, tag: Self.tag)
  }
}
