import AccessCore
import Dispatch
import PostgresClient
import Testing

@testable import PostgresProvisioner

@Suite("admin connections")
struct ConnectionPoolTests {
  @Test("activations that keep the server busy do not delay a revocation", .timeLimit(.minutes(1)))
  func reserved() async throws {
    let test = try await TestServer.shared
    let admins = test.admins(connectionsMax: 3)
    let gate = DispatchSemaphore(value: 0)
    let (begun, done) = (Shared(0), Shared(0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          _ = try await admins.run(.issuing) { _ in
            begun.change { $0 += 1 }
            gate.wait()
          }
          done.change { $0 += 1 }
        }
      }
      try await eventually("two activations are under way") { begun.value == 2 }
      for _ in 0..<10 { _ = try await admins.run(.revoking) { try $0.query("SELECT 1") } }
      #expect(begun.value == 2)
      #expect(done.value == 0)
      for _ in 0..<6 { gate.signal() }
      try await group.waitForAll()
    }
    await admins.close()
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
      try await admins.run(.revoking) {
        try $0.query("SELECT pg_backend_pid() AS pid")[0].int("pid")
      }
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
      to: AdminServer(access: access(), passwords: { [Secret("admin")] }),
      connectionsMax: connectionsMax)
  }
}
