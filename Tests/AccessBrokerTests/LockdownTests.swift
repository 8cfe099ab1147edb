import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker
@testable import Ledger

@Suite("Locking down")
struct LockdownTests {
  @Test("ends everything live in its range, and is told to people")
  func ends() async throws {
    let test = try await TestBroker()
    let (orders, stock) = (
      try await test.active(), try await test.active("bob", on: "stock_PROD")
    )
    try await test.lockDown(.database(name("orders_PROD")))
    try await eventually("people hear of it") { test.notices.words.contains("alarm") }
    try await test.turnUntilEnded(orders)
    #expect(try await test.ended(orders)?.cause == .lockdown)
    #expect(try await test.state(stock) == "active")
    await expectRefusal(.lockedDown) { try await test.activate(try await test.ask()) }
    try await test.activate(try await test.ask("bob", on: "stock_PROD"), by: "bob")
  }

  @Test("answers how its grants have ended")
  func answers() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    async let answer = test.broker.lockDown(.everything, by: person("sam"), idempotency: nil)
    try await test.turnUntilEnded(id)
    let report = try await answer
    #expect(report.durable && report.grants.map(\.id) == [id])
    #expect(report.grants.first?.isClosed == true)
    #expect(report.lockdown.by == person("sam"))
  }

  @Test("an activation under way comes to nothing")
  func activating() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.hang(.create)
    let activation = Task { try await test.activate(id) }
    try await eventually("the role is being made") { await test.orders.hangingCount(.create) == 1 }
    try await test.lockDown(.everything)
    await test.orders.letGo(.create)
    await expectRefusal(.wrongState) { try await activation.value }
    try await test.turnUntilEnded(id)
    #expect(await test.orders.calls(.enableLogin) == [])
    #expect(await test.orders.roles.isEmpty)
  }

  @Test("survives a restart, and another person lifts it")
  func restart() async throws {
    let test = try await TestBroker()
    try await test.lockDown(.person(name("alice")))
    let again = try await test.afterCrash()
    let id = try await again.ask()
    await expectRefusal(.lockedDown) { try await again.activate(id) }
    await expectRefusal(.ownLockdown) { try await again.lift(.person(name("alice")), by: "sam") }
    _ = try await again.broker.liftLockdown(.person(name("alice")), by: root, idempotency: nil)
    try await again.activate(id)
    #expect(try await again.count(.lockdownLifted) == 1)
  }

  @Test("a disk that refuses stops neither it nor the ends that come with it")
  func disk() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    try test.breakDisk()
    async let answer = test.broker.lockDown(.everything, by: root, idempotency: nil)
    try await test.turn(until: "the role is gone") { await test.orders.roles.isEmpty }
    #expect(try await answer.durable == false)
    // To lift gives access, and that has to be an entry first.
    await expectRefusal(.ledgerUnwritable) { try await test.lift(.everything, by: "sam") }
    try test.mendDisk()
    try await test.turnUntilEnded(id)
    try await test.turn(until: "its end is an entry") { try await test.ended(id) != nil }
    #expect(try await test.count(.lockdownStarted) == 1)
    #expect(try await test.ended(id)?.cause == .lockdown)
  }

  @Test("a refused attempt is an entry")
  func noted() async throws {
    let test = try await TestBroker()
    await expectRefusal(.notAuthorised) {
      try await test.broker.lockDown(.everything, by: person("alice"), idempotency: nil)
    }
    #expect(try await test.count(.requestRefused) == 1)
  }
}

extension TestBroker {
  /// Without waiting for the end of what it ends.
  fileprivate func lockDown(_ range: LockdownRange, by who: String = "sam") async throws {
    let waiting = Task {
      try await broker.lockDown(range, by: person(who), idempotency: nil)
    }
    try await eventually("it is locked") { ledger.state.lockdowns[range] != nil }
    waiting.cancel()
  }

  fileprivate func lift(_ range: LockdownRange, by who: String) async throws {
    _ = try await broker.liftLockdown(range, by: person(who), idempotency: nil)
  }
}
