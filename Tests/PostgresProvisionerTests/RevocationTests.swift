import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("revocation")
struct RevocationTests {
  @Test("a grant that nobody uses ends at once, step by step")
  func quiet() async throws {
    let test = try await TestServer.shared
    let passed = Shared<[Failpoint]>([])
    let provisioner = test.provisioner(failpoint: { point in passed.change { $0.append(point) } })
    let role = try await provisioner.activate(test.plan())
    let revocation = await provisioner.revoke(role.target())
    expectEnded(revocation)
    #expect(revocation.sessionsEnded == 0)
    #expect(try await !test.exists(role.identity.name))
    #expect(
      passed.value == [
        .fenced, .scopesRevoked, .sessionsEnded, .roleDropped, .revocationVerified,
      ])
    await provisioner.close()
  }

  @Test("a second revocation finds nothing to do")
  func twice() async throws {
    // What starts on the server while the role is gone is ended, whoever it is: so nobody else is here.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let session = try await test.login(role)
      #expect(await provisioner.revoke(role.target()).sessionsEnded == 1)
      let second = await provisioner.revoke(role.target())
      expectEnded(second)
      #expect(second.sessionsEnded == 0)
      await session.close()
      await provisioner.close()
    }
  }

  @Test("a role that the broker made and then forgot about is found by name and tag")
  func unknownIdentity() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.create(test.plan())
    let target = RevocationTarget(
      name: role.identity.name, identity: nil, scopes: ["app_read"])
    expectEnded(await provisioner.revoke(target))
    #expect(try await !test.exists(role.identity.name))
    expectEnded(await provisioner.revoke(target))
    await provisioner.close()
  }

  @Test("another role's login that sleeps is left alone, and delays nothing")
  func anothersSleepingLogin() async throws {
    // On a server of its own: revocations of other tests would look at the login, too.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let other = "slow_\(UInt32.random(in: .min ... .max))"
      try await test.execute("CREATE ROLE \(other) LOGIN PASSWORD 'slow'")
      var parameters = test.server.parameters(user: other, password: "slow")
      // Far longer than a revocation takes. Nobody waits for its end.
      parameters.options = "-c post_auth_delay=600"
      let login = Task { [parameters] in try await Connection.open(parameters) }
      try await test.waitUntilLoginSleeps(other)
      let sleeper = try #require(try await test.startingBackend(of: other))
      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 0)
      #expect(try await test.startingBackend(of: other) == sleeper)
      try await test.execute("SELECT pg_terminate_backend(\(sleeper))")
      await #expect(throws: PostgresError.self) { try await login.value.query("SELECT 1") }
      await provisioner.close()
    }
  }

  @Test("a hundred grants end at the same time")
  func hundred() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    var roles: [CreatedRole] = []
    for _ in 0..<100 { roles.append(try await provisioner.activate(test.plan())) }
    let sessions = try await test.login(roles[7])
    await withTaskGroup(of: Revocation.self) { group in
      for role in roles { group.addTask { await provisioner.revoke(role.target()) } }
      for await revocation in group { expectEnded(revocation) }
    }
    await #expect(throws: PostgresError.self) { try await sessions.query("SELECT 1") }
    await provisioner.close()
  }
}

extension Result {
  var isFailure: Bool {
    switch self {
    case .success: false
    case .failure: true
    }
  }
}
