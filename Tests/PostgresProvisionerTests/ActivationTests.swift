import AccessCore
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("activation")
struct ActivationTests {
  @Test("a role can log in only after LOGIN is enabled, and only with its password")
  func login() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.create(test.plan())
    let early = await #expect(throws: PostgresError.self) { try await test.login(role) }
    #expect(early?.sqlState == .invalidAuthorization)

    try await provisioner.enableLogin(role.identity)
    let connection = try await test.login(role)
    #expect(try await connection.query("SELECT id FROM app.orders")[0][0] == "42")
    let wrong = CreatedRole(identity: role.identity, secret: Secret("wrong"))
    let refused = await #expect(throws: PostgresError.self) { try await test.login(wrong) }
    #expect(refused?.sqlState == .invalidPassword)

    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()
  }

  @Test("a role is made exactly as planned")
  func attributes() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan(["app_write", "app_read"], sessions: 3)
    let role = try await provisioner.create(plan)
    #expect(
      try await test.value(
        """
        SELECT concat_ws(' ', oid, rolcanlogin, rolconnlimit, rolvaliduntil AT TIME ZONE 'UTC',
                         shobj_description(oid, 'pg_authid') ~ ('^' || $2 || '[0-9a-f]+$'))
          FROM pg_roles WHERE rolname = $1
        """, [plan.name, TestServer.tag.prefix])
        == "\(role.identity.oid) f 3 2099-01-01 00:00:00.123 t")
    #expect(
      try await test.value(
        """
        SELECT string_agg(roleid::regrole::text, ' ' ORDER BY roleid::regrole::text)
          FROM pg_auth_members WHERE member = $1::oid
        """, [String(role.identity.oid)]) == "app_read app_write jit_grants")
    let server = try await test.value("SELECT system_identifier FROM pg_control_system()")
    #expect(role.identity.systemIdentifier == server)
    expectEnded(await provisioner.revoke(role.target(plan.scopes)))
    await provisioner.close()
  }

  @Test("a reissue sets a new password; sessions and the expiry stay")
  func reissue() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    let validUntil = "SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1"
    let expiry = try await test.value(validUntil, [role.identity.name])

    let secret = try await provisioner.reissue(role.identity)
    let again = CreatedRole(identity: role.identity, secret: secret)
    #expect(try await test.login(again).query("SELECT 1").count == 1)
    #expect(try await session.query("SELECT id FROM app.orders").count == 1)
    await #expect(throws: PostgresError.self) { try await test.login(role) }
    #expect(try await test.value(validUntil, [role.identity.name]) == expiry)

    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()
  }

  @Test("a reissue enables LOGIN where a crash had left it off")
  func reissueAfterCrash() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.create(test.plan())
    let secret = try await provisioner.reissue(role.identity)
    let session = try await test.login(CreatedRole(identity: role.identity, secret: secret))
    #expect(try await session.query("SELECT id FROM app.orders").count == 1)
    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()
  }

  @Test("a role whose OID, name or tag is another is not altered")
  func otherRole() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.create(test.plan())
    let (name, oid) = (role.identity.name, role.identity.oid)
    let server = role.identity.systemIdentifier
    for other in [
      RoleIdentity(name: name, oid: oid + 1, systemIdentifier: server),
      RoleIdentity(name: "bob", oid: oid, systemIdentifier: server),
    ] {
      let error = await #expect(throws: ProvisioningError.self) {
        try await provisioner.enableLogin(other)
      }
      #expect(error?.kind == .refused)
    }
    try await test.execute("COMMENT ON ROLE \(name) IS NULL")
    await #expect(throws: ProvisioningError.self) { try await provisioner.reissue(role.identity) }
    #expect(
      try await test.value("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [name]) == "f")
    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()
  }

  @Test("a role whose end has begun gets neither LOGIN nor a password")
  func fenced() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    #expect(try await provisioner.census(expecting: []).fenced.contains(role.identity) == false)
    try await test.execute(
      """
      ALTER ROLE \(role.identity.name) NOLOGIN CONNECTION LIMIT 0
        PASSWORD NULL VALID UNTIL '-infinity'
      """)
    #expect(try await provisioner.census(expecting: []).fenced.contains(role.identity))
    for attempt in [
      { _ = try await provisioner.reissue(role.identity) },
      { try await provisioner.enableLogin(role.identity) },
    ] {
      let error = await #expect(throws: ProvisioningError.self) { try await attempt() }
      #expect(error?.kind == .fenced)
    }
    #expect(
      try await test.value(
        "SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [role.identity.name]) == "f")
    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()
  }

  @Test("a scope's name is quoted, whatever it holds")
  func hostileScope() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let plan = test.plan([TestServer.hostileScope])
    let role = try await provisioner.activate(plan)
    let session = try await test.login(role)
    let isMember = try await session.query(
      "SELECT pg_has_role($1::name, 'MEMBER')", [TestServer.hostileScope])
    #expect(try isMember[0][0] == "t")
    #expect(try await test.exists("bob"))
    expectEnded(await provisioner.revoke(role.target(plan.scopes)))
    await provisioner.close()
  }

  @Test("a preview shows every statement, and no verifier")
  func preview() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    _ = await provisioner.revoke(try await provisioner.create(test.plan()).target())
    let plan = test.plan(["app_read", TestServer.hostileScope])
    let statements = try await provisioner.preview(plan)
    let options = TestServer.major >= 16 ? " WITH INHERIT TRUE, SET FALSE, ADMIN FALSE" : ""
    let markerOptions = TestServer.major >= 16 ? " WITH INHERIT FALSE, SET FALSE, ADMIN FALSE" : ""
    #expect(
      statements == [
        """
        CREATE ROLE "\(plan.name)" NOLOGIN
          PASSWORD '(verifier)'
          VALID UNTIL '2099-01-01T00:00:00.123Z'
          CONNECTION LIMIT 20
        """,
        "GRANT \"app_read\" TO \"\(plan.name)\"\(options)",
        "GRANT \"scope\"\"; DROP ROLE bob;--\" TO \"\(plan.name)\"\(options)",
        "GRANT \"jit_grants\" TO \"\(plan.name)\"\(markerOptions)",
        "COMMENT ON ROLE \"\(plan.name)\" IS '\(TestServer.tag.prefix)(random)'",
        "ALTER ROLE \"\(plan.name)\" LOGIN",
      ])
    #expect(try await !test.exists(plan.name))
    await provisioner.close()
  }

  @Test("twenty activations at once make twenty roles")
  func concurrent() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let roles = try await withThrowingTaskGroup(of: CreatedRole.self) { group in
      for _ in 0..<20 {
        let plan = test.plan(["app_write", "app_read"])
        group.addTask { try await provisioner.activate(plan) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(roles.map(\.identity.oid)).count == 20)
    for role in roles { expectEnded(await provisioner.revoke(role.target())) }
    await provisioner.close()
  }
}
