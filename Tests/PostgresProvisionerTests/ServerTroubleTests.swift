import AccessCore
import AccessTesting
import PostgresClient
import Testing

@testable import PostgresProvisioner

/// Servers that stop, stand still, come back, or have changed the admin's password.
@Suite("server trouble")
struct ServerTroubleTests {
  @Test("a stopped server makes a revocation stuck, and an activation fail, at once")
  func stopped() async throws {
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      try await test.server.stop(mode: .immediate)
      try await expectUnreachable(provisioner, role, test, within: .seconds(2))

      try await test.server.startAgain()
      expectEnded(await provisioner.revoke(role.target()))
      await provisioner.close()
    }
  }

  @Test("a server that answers nothing makes them fail within seconds, and comes back")
  func paused() async throws {
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let session = try await test.login(role)
      try await test.server.pause()
      try await expectUnreachable(provisioner, role, test, within: .seconds(9))

      try await test.server.resume()
      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 1)
      await session.close()
      await provisioner.close()
    }
  }

  @Test("a server that was restarted is reached again, over new connections")
  func restarted() async throws {
    try await withTestServer { test in
      let provisioner = test.provisioner()
      _ = try await provisioner.census(expecting: [])
      try await test.server.stop()
      try await test.server.startAgain()
      try await eventually("the server is reached again") { await provisioner.reaches() }
      await provisioner.close()
    }
  }

  @Test("the admin's password is read anew for each connection")
  func rotated() async throws {
    let test = try await TestServer.shared
    let admin = "rotated_\(UInt32.random(in: .min ... .max))"
    try await test.execute("CREATE ROLE \(admin) LOGIN PASSWORD 'first'")
    let password = Shared("first")
    let provisioner = PostgresProvisioner(
      access: test.access(user: admin), passwords: { [Secret(password.value)] },
      tag: TestServer.tag)
    #expect(await provisioner.reaches())

    try await test.execute(
      """
      ALTER ROLE \(admin) PASSWORD 'second';
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '\(admin)';
      """)
    try await eventually("the old connection is given up") { await !provisioner.reaches() }
    password.change { $0 = "second" }
    #expect(await provisioner.reaches())
    await provisioner.close()
  }

  @Test("after close every call fails, and says why")
  func closed() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    await provisioner.close()
    let error = await #expect(throws: ProvisioningError.self) {
      try await provisioner.census(expecting: [])
    }
    #expect(error?.message.contains("closed") == true)
    let another = test.provisioner()
    expectEnded(await another.revoke(role.target()))
    await another.close()
  }

  private func expectUnreachable(
    _ provisioner: PostgresProvisioner, _ role: CreatedRole, _ test: TestServer,
    within limit: Duration
  ) async throws {
    let start = ContinuousClock.now
    async let revocation = provisioner.revoke(role.target())
    async let creations = withTaskGroup(of: ProvisioningError?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do throws(ProvisioningError) {
            _ = try await provisioner.create(test.plan())
            return nil
          } catch { return error }
        }
      }
      return await group.reduce(into: []) { $0.append($1?.kind) }
    }
    let stuck = await revocation
    guard case .stuck(.unreachable, _) = stuck.outcome else {
      Issue.record("\(stuck.outcome)")
      return
    }
    #expect(stuck.sessionsGoneAfterMs == nil)
    #expect(await creations == Array(repeating: .unreachable, count: 8))
    #expect(ContinuousClock.now - start < limit)
  }
}

extension PostgresProvisioner {
  fileprivate func reaches() async -> Bool {
    do { _ = try await census(expecting: []) } catch { return false }
    return true
  }
}
