import AccessCore
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("roles dropped by hand")
struct DroppedRoleTests {
  @Test("sessions and logins outlive a role that was dropped by hand, and are ended by its OID")
  func dropped() async throws {
    // Nobody can tell whose a starting backend is when its role is gone: not beside other tests.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let session = try await test.login(role)
      let login = Task { try await test.login(role, options: "-c post_auth_delay=4") }
      try await test.waitUntilLoginSleeps(role.identity.name)
      try await test.execute("DROP ROLE \(role.identity.name)")
      #expect(try await session.query("SELECT 1").count == 1)

      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 2)
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      await #expect(throws: PostgresError.self) { try await login.value.query("SELECT 1") }
      await provisioner.close()
    }
  }
}
