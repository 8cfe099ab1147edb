import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// Others who begin to log in and stall: no end waits for them, and none of them is harmed.
@Suite("logins of others that stall")
struct StallingTests {
  @Test(
    "hold up no end, alone or together, be they one or fifty",
    arguments: TestedVersions.majors, [1, 50])
  func stalled(major: Int, count: Int) async throws {
    try await withTestServer(major: major) { test in
      let provisioner = test.provisioner()
      var roles: [CreatedRole] = []
      for _ in 0..<6 { roles.append(try await provisioner.activate(test.plan())) }
      let sessions = [try await test.login(roles[0]), try await test.login(roles[5])]
      let halfOpen = try HalfOpenLogins(count, as: "bob", to: test.server.port)
      // One of bob's has shown its password, and sleeps before it becomes a session.
      var parameters = test.server.parameters(user: "bob", password: "bob")
      parameters.options = "-c post_auth_delay=3"
      let late = Task { [parameters] in try await Connection.open(parameters) }
      try await test.waitUntilStarting(count + 1)

      let together = await provisioner.revokeTogether(roles[..<3].map { $0.target() })
      for revocation in together { expectEnded(revocation) }
      var fastest = Int64.max
      for role in roles[3...] {
        let alone = await provisioner.revoke(role.target())
        expectEnded(alone)
        fastest = min(fastest, alone.sessionsGoneAfterMs ?? .max)
      }
      // All of them are there still: nothing above has waited for them.
      try await test.waitUntilStarting(count)
      // Far above what it takes, for a machine that does much else; far below what the logins last.
      #expect(together.allSatisfy { ($0.sessionsGoneAfterMs ?? .max) < 2_000 })
      #expect(fastest < 1_000)
      for session in sessions {
        await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      }
      #expect(try await late.value.query("SELECT 1").count == 1, "bob comes in")
      halfOpen.letGo()
      await provisioner.close()
    }
  }

  /// Up to 15 it is the DROP that meets the lock.
  @Test(
    "from 16 on a role that somebody holds meanwhile keeps none of the others",
    arguments: TestedVersions.majors.filter { $0 >= 16 })
  func held(major: Int) async throws {
    try await withTestServer(major: major) { test in
      let provisioner = test.provisioner()
      var roles: [CreatedRole] = []
      for _ in 0..<4 { roles.append(try await provisioner.activate(test.plan())) }
      let halfOpen = try HalfOpenLogins(1, as: "bob", to: test.server.port)
      let lock = try await test.server.superuser()
      try await lock.execute("BEGIN; COMMENT ON ROLE \(roles[1].identity.name) IS NULL")
      try await test.waitUntilStarting(1)
      let together = await provisioner.revokeTogether(roles.map { $0.target() })
      #expect(together.map { $0.outcome == .ended } == [true, false, true, true])
      try await lock.execute("ROLLBACK")
      expectEnded(await provisioner.revoke(roles[1].target()))
      halfOpen.letGo()
      await lock.close()
      await provisioner.close()
    }
  }

  @Test(
    "a login of a role that ends together with others is ended, however late it comes",
    arguments: TestedVersions.majors)
  func ownLate(major: Int) async throws {
    try await withTestServer(major: major) { test in
      let provisioner = test.provisioner()
      var roles: [CreatedRole] = []
      for _ in 0..<5 { roles.append(try await provisioner.activate(test.plan())) }
      let last = roles[4]
      let halfOpen = try HalfOpenLogins(3, as: "bob", to: test.server.port)
      let login = Task { try await test.login(last, options: "-c post_auth_delay=4") }
      try await test.waitUntilLoginSleeps(last.identity.name)
      let together = await provisioner.revokeTogether(roles.map { $0.target() })
      for revocation in together { expectEnded(revocation) }
      let late = await #expect(throws: PostgresError.self) {
        try await login.value.query("SELECT 1")
      }
      #expect(late?.kind == .unreachable)
      #expect(try await test.sessions(of: last.identity) == 0)
      // What was granted to ask in their name was never there for anybody.
      #expect(try await test.value("SELECT count(*) FROM pg_roles WHERE rolname ~ '^jit_a'") == "0")
      halfOpen.letGo()
      await provisioner.close()
    }
  }
}

extension TestServer {
  fileprivate func waitUntilStarting(_ count: Int) async throws {
    try await eventually("\(count) logins are under way") {
      try await value(
        """
        SELECT count(*) >= \(count)
          FROM pg_locks l
          LEFT JOIN pg_stat_activity a USING (pid)
         WHERE l.locktype = 'virtualxid' AND a.usesysid IS NULL AND a.datid IS NULL
        """) == "t"
    }
  }
}
