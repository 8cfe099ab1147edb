import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// The policy's database lets nobody in any more: roles and sessions are the server's all the same.
@Suite("the doors of a server")
struct DoorTests {
  @Test("a database that is shut, or gone, keeps no role alive", arguments: TestedVersions.majors)
  func shut(major: Int) async throws {
    try await withTestServer(major: major) { test in
      for door in Self.doors where door.since <= major {
        try await test.execute("CREATE DATABASE app")
        try await test.execute("GRANT CONNECT ON DATABASE app TO jit_broker")
        let before = test.provisioner(dbname: "app")
        let roles = [
          try await before.activate(test.plan()), try await before.activate(test.plan()),
          try await before.activate(test.plan()), try await before.activate(test.plan()),
        ]
        let sessions = [try await test.login(roles[0]), try await test.login(roles[1])]
        try await test.execute(
          "ALTER ROLE \(roles[2].identity.name) VALID UNTIL '2000-01-01'")
        await before.close()
        for sql in door.shut { try await test.execute(sql, dbname: door.within) }

        let provisioner = test.provisioner(dbname: "app")
        let census = try await provisioner.census(expecting: [])
        #expect(census.roles.count == 4, "\(door.shut)")
        #expect(try await provisioner.overdue() == [roles[2].identity])
        #expect(await provisioner.cutOff(roles[2].identity).outcome == .done)
        #expect(try await provisioner.residue(of: roles[0].target()) == [])
        let together = await provisioner.revokeTogether([roles[0].target(), roles[2].target()])
        #expect(together.map(\.outcome) == [.ended, .ended], "\(door.shut)")
        let alone = await provisioner.revoke(roles[1].target())
        #expect(alone.outcome == .ended, "\(door.shut)")
        #expect(alone.sessionsEnded == 1)
        for session in sessions {
          await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
        }
        try await provisioner.rotate(to: Secret("admin"))
        await #expect(throws: ProvisioningError.self) {
          try await provisioner.create(test.plan())
        }
        // What was learned is not needed: this one knows nothing of the server.
        let fresh = test.provisioner(dbname: "app")
        expectEnded(await fresh.revoke(roles[3].target()))
        await fresh.close()
        await provisioner.close()
        for sql in door.opened { try await test.execute(sql, dbname: door.within) }
        try await test.execute("DROP DATABASE IF EXISTS app WITH (FORCE)")
      }
    }
  }

  @Test(
    "what lies in a database that is shut is told as that, behind the fence",
    arguments: TestedVersions.majors)
  func left(major: Int) async throws {
    try await withTestServer(major: major) { test in
      try await test.execute("CREATE DATABASE app")
      try await test.execute("GRANT CREATE ON SCHEMA public TO PUBLIC", dbname: "app")
      let provisioner = test.provisioner(dbname: "app")
      let role = try await provisioner.activate(test.plan())
      let session = try await test.login(role, dbname: "app")
      try await session.execute("CREATE TABLE public.work ()")
      await provisioner.close()
      try await test.execute("ALTER DATABASE app CONNECTION LIMIT 0")

      let after = test.provisioner(dbname: "app")
      let revocation = await after.revoke(role.target())
      guard case .stuck(.refused, let note) = revocation.outcome else {
        Issue.record("\(revocation.outcome)")
        return
      }
      #expect(note.contains("too many connections for database"))
      #expect(revocation.fenced && revocation.sessionsGoneAfterMs != nil)
      #expect(revocation.residue.map(\.kind) == ["database"])
      #expect(revocation.residue.map(\.name) == ["app"])
      let looked = try await after.residue(of: role.target())
      #expect(looked.map(\.name) == ["app"])

      try await test.execute("ALTER DATABASE app CONNECTION LIMIT -1")
      var target = role.target()
      target.residue = .drop
      expectEnded(await after.revoke(target))
      await after.close()
    }
  }

  private struct Door {
    let shut: [String]
    var opened: [String] = []
    var within = "postgres"
    var since = 14
  }

  private static let doors = [
    Door(shut: ["REVOKE CONNECT ON DATABASE app FROM PUBLIC, jit_broker"]),
    Door(shut: ["ALTER DATABASE app CONNECTION LIMIT 0"]),
    Door(shut: ["ALTER DATABASE app ALLOW_CONNECTIONS false"]),
    Door(
      shut: ["ALTER DATABASE app RENAME TO moved"], opened: ["DROP DATABASE moved WITH (FORCE)"]),
    Door(shut: ["DROP DATABASE app WITH (FORCE)"]),
    Door(
      shut: [
        """
        CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql
          AS $$BEGIN RAISE 'nobody comes in'; END$$
        """,
        "CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION refuse()",
      ], within: "app", since: 17),
  ]
}

extension TestServer {
  fileprivate func provisioner(dbname: String) -> PostgresProvisioner {
    PostgresProvisioner(
      access: access(dbname: dbname), passwords: { [Secret("admin")] }, tag: Self.tag)
  }
}
