import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("A ledger that is an old copy")
struct RollbackTests {
  private let ghost = "jit_ghost_00000000"

  @Test("a role of which it never heard stops what gives access, also after a restart")
  func unknownRole() async throws {
    let test = try await TestBroker()
    let (id, approved) = (try await test.active(), try await test.ask())
    await test.stock.plant(ghost)
    await test.broker.reconcile()
    #expect(await test.stock.roles.isEmpty, "it is ended all the same")
    #expect(try await test.count(.rollbackFound) == 1)
    await expectRefusal(.issuingStopped) { try await test.ask() }
    await expectRefusal(.issuingStopped) { try await test.activate(approved) }

    let after = try await test.afterCrash()
    await after.orders.plant(test.role(id))
    await expectRefusal(.issuingStopped) { try await after.ask() }
    try await after.sayRelease(id)
    try await after.turnUntilEnded(id)
    #expect(await after.broker.issuingStopped()?.contains(ghost) == true)
  }

  @Test("the next epoch gives access again, and what earlier epochs left is only an orphan")
  func accepted() async throws {
    let test = try await TestBroker()
    await test.orders.plant(ghost)
    await test.broker.reconcile()
    try await test.broker.acceptRollback(why: "CHG-7")
    try await test.active()
    await test.stock.plant("jit_ghost_00000001", isEarlier: true)
    await test.broker.reconcile()
    #expect(await test.stock.roles.isEmpty)
    #expect(try await test.count(.orphanFound) == 2)
    #expect(try await test.count(.rollbackFound) == 1)
    try await test.ask()
    await test.stock.plant("jit_ghost_00000002")
    await test.broker.reconcile()
    await expectRefusal(.issuingStopped) { try await test.ask() }
  }

  @Test("a role of a grant that is over is an orphan, and no sign of a rollback")
  func knownRole() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    await test.orders.plant(test.role(id))
    await test.broker.reconcile()
    #expect(await test.orders.roles.isEmpty)
    #expect(try await test.count(.orphanFound) == 1)
    #expect(try await test.count(.rollbackFound) == 0)
    try await test.ask()
  }

  @Test("no access is given on a server before its roles were looked at")
  func looksFirst() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.plant(ghost)
    await expectRefusal(.issuingStopped) { try await test.activate(id) }
    #expect(await test.orders.calls(.create).isEmpty)
  }

  @Test("a server that does not tell its roles holds up no other one")
  func otherServer() async throws {
    let test = try await TestBroker()
    let (here, there) = (try await test.ask(), try await test.ask(on: "stock_PROD"))
    await test.orders.fail(.census, with: ProvisioningError(.unreachable, "no route"))
    await expectRefusal(.databaseUnreachable) { try await test.activate(here) }
    try await test.activate(there)
    try await test.activate(here)
    try await test.activate(here)
    #expect(await test.orders.calls(.census).count == 2, "it is looked at once")
  }

  @Test("a published checkpoint that nobody of ours signed is an alarm, and stops nothing")
  func foreignCheckpoint() async throws {
    let test = try await TestBroker()
    await test.broker.judgeLedger(published: Array("other/log#1\n".utf8))
    #expect(test.notices.words == ["alarm"])
    try await test.active()
  }
}
