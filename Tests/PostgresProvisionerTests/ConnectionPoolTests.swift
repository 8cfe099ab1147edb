import AccessCore
import PostgresClient
import Testing

@testable import PostgresProvisioner

@Suite("admin connections")
struct ConnectionPoolTests {
  @Test("activations that keep the server busy do not delay a revocation")
  func reserved() async throws {
    let test = try await TestServer.shared
    let admins = test.admins(connectionsMax: 3)
    let activations = Shared(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          // Ends when the pool is closed, with an error that is not what this test is about.
          do throws(ProvisioningError) {
            _ = try await admins.run(.issuing) { try $0.execute("SELECT pg_sleep(3.5)") }
          } catch where error.kind == .unreachable { return }
          activations.change { $0 += 1 }
        }
      }
      try await eventually("the activations sleep") { try await test.sleeping() == 2 }
      for _ in 0..<10 { _ = try await admins.run(.revoking) { try $0.query("SELECT 1") } }
      #expect(activations.value == 0)
      await admins.close()
      try await group.waitForAll()
    }
  }

  @Test("there are never more connections than allowed, and idle ones are used again")
  func bounded() async throws {
    let test = try await TestServer.shared
    let admins = test.admins(connectionsMax: 3)
    let pids = try await withThrowingTaskGroup(of: Int.self) { group in
      for count in 0..<40 {
        group.addTask {
          try await admins.run(count.isMultiple(of: 2) ? .issuing : .revoking) {
            try $0.query("SELECT pg_backend_pid() AS pid")[0].int("pid")
          }.value
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(pids.count <= 3)
    await admins.close()
  }

  @Test("a statement that the server refuses costs no connection; a cut connection is replaced")
  func replaced() async throws {
    let test = try await TestServer.shared
    let admins = test.admins(connectionsMax: 2)
    let pid = { @Sendable in
      try await admins.run(.revoking) { try $0.query("SELECT pg_backend_pid() AS pid")[0].int("pid") }
        .value
    }
    let first = try await pid()
    let refused = await #expect(throws: ProvisioningError.self) {
      try await admins.run(.revoking) { try $0.query("SELECT 1 FROM pg_authid") }
    }
    #expect(refused?.kind == .refused)
    #expect(try await pid() == first)

    let broken = await #expect(throws: ProvisioningError.self) {
      try await admins.run(.revoking) { try $0.execute("SELECT pg_terminate_backend(\(first))") }
    }
    #expect(broken?.kind == .unreachable)
    #expect(try await pid() != first)
    await admins.close()
  }

  @Test("a statement that would never end is ended by the server, and refused")
  func statementTimeout() async throws {
    let test = try await TestServer.shared
    let admins = test.admins(connectionsMax: 2)
    let error = await #expect(throws: ProvisioningError.self) {
      try await admins.run(.revoking) { try $0.execute("SELECT pg_sleep(60)") }
    }
    #expect(error?.kind == .refused)
    #expect(error?.message.contains("57014") == true)
    await admins.close()
  }
}

extension TestServer {
  fileprivate func admins(connectionsMax: Int) -> AdminConnections {
    AdminConnections(
      to: AdminServer(access: access(), password: { "admin" }), connectionsMax: connectionsMax)
  }

  fileprivate func sleeping() async throws -> Int {
    let count = try await value(
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3.5)%' AND state = 'active'")
    return Int(count ?? "") ?? 0
  }
}
