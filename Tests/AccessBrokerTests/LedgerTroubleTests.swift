import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("A ledger in trouble")
struct LedgerTroubleTests {
  @Test("a disk that refuses stops what gives access, and nothing that ends it")
  func refuses() async throws {
    let test = try await TestBroker()
    let (released, revoked, expired) = (
      try await test.active(), try await test.active(), try await test.active(for: "5m")
    )
    let approved = try await test.ask()
    try test.breakDisk()
    await expectRefusal(.ledgerUnwritable) { try await test.ask() }
    await expectRefusal(.ledgerUnwritable) { try await test.activate(approved) }
    await expectRefusal(.ledgerUnwritable) { try await test.activate(released) }
    #expect(try await test.sayRelease(released).durable == false)
    #expect(try await test.sayRevoke(revoked).durable == false)
    test.clock.advance(by: span("5m"))
    try await test.turn(until: "the server has none of them") {
      await test.orders.roles.isEmpty
    }
    #expect(await test.broker.issuingStopped() != nil)

    try test.mendDisk()
    try await test.turnUntilEnded(released, revoked, expired)
    try await test.turn(until: "the disk has what it was owed") { test.ledger.unwritable == nil }
    #expect(try await test.count(.grantEnded) == 3)
    #expect(try await test.count(.grantRevoking) == 3)
    #expect(await test.broker.issuingStopped() == nil)
    try await test.activate(approved)
  }

  @Test("who revokes while the disk refuses is told how it ended, and that it is not durable")
  func answer() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    try test.breakDisk()
    async let answer = test.broker.end(.release(id), by: person("alice"), idempotency: nil)
    try await test.turn(until: "the role is gone") { await test.orders.roles.isEmpty }
    let (request, durable) = try await answer
    #expect(!durable)
    #expect(request.isClosed)
    try await test.turn(until: "people were told") { test.notices.words.contains("ended \(id)") }
    try test.mendDisk()
  }

  @Test("a disk that hangs holds up no revocation")
  func hangs() async throws {
    let test = try await TestBroker()
    let count = Limits.revocationsAlonePerDatabaseMax + 20
    for _ in 0..<count { try await test.active() }
    test.disk.hang()
    test.clock.advance(by: span("10m"))
    await #expect(throws: Never.self) {
      try await test.turn(until: "every role is gone") { await test.orders.roles.isEmpty }
    }
    test.disk.goOn()
    try await test.turn(until: "every end is an entry") {
      try await test.count(.grantEnded) == count
    }
  }

  @Test("a request that lapses while the disk hangs holds up no revocation")
  func lapseWhileHanging() async throws {
    let test = try await TestBroker()
    try await test.ask("bob")
    let id = try await test.active(for: "1h")
    test.disk.hang()
    test.clock.advance(by: span("1h"))
    let turn = Task { await test.loop.turn() }
    await #expect(throws: Never.self) {
      try await eventually("the role is gone", within: .seconds(5)) {
        await test.orders.roles.isEmpty
      }
    }
    test.disk.goOn()
    _ = await turn.value
    try await test.turnUntilEnded(id)
  }
}
