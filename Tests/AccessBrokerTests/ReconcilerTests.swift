import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("The reconciler")
struct ReconcilerTests {
  private func orphans(_ test: TestBroker) async throws -> [OrphanFound] {
    try await test.entries().compactMap { entry in
      if case .orphanFound(let found) = entry.event { found } else { nil }
    }
  }

  @Test("removes a role of ours that no grant accounts for, and no other")
  func orphan() async throws {
    let test = try await TestBroker()
    let live = try await test.active()
    let identity = await test.stock.plant("jit_ghost_00000000", sessions: 2)
    await test.broker.reconcile()
    #expect(await test.stock.roles.isEmpty)
    #expect(await test.orders.roles.keys.sorted() == [test.role(live)])
    let found = OrphanFound(database: name("stock_PROD"), role: identity, removed: true)
    #expect(try await orphans(test) == [found])
    #expect(test.notices.words.last == "alarm")
    await test.broker.reconcile()
    #expect(try await orphans(test).count == 1)
  }

  @Test("removes it again when it comes back with a copy that was restored")
  func comesBack() async throws {
    let test = try await TestBroker()
    let identity = await test.stock.plant("jit_ghost_00000000")
    await test.broker.reconcile()
    await test.stock.plant(like: identity)
    await test.broker.reconcile()
    #expect(await test.stock.roles.isEmpty)
    #expect(try await orphans(test).map(\.removed) == [true, true])
  }

  @Test("removes what a copy at another address has of a live grant's role, and keeps the grant's")
  func copied() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.stock.plant(test.role(id), sessions: 1)
    await test.broker.reconcile()
    #expect(await test.stock.roles.isEmpty)
    #expect(await test.orders.roles.keys.sorted() == [test.role(id)])
    #expect(try await test.state(id) == "active")
    #expect(try await orphans(test).count == 1)
  }

  @Test("a live grant's role that moved to another server is a finding, and no orphan of that one")
  func moved() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    let state = test.broker.ledger.state
    let grant = try #require(state.requests[id]?.grant)
    let role = try #require(grant.identity)
    let clocks = test.broker.clocks
    let known = KnownRoles(of: state, on: grant.access, at: clocks.wall(), clocks.boot())
    let there = RoleIdentity(name: role.name, oid: 99, systemIdentifier: "another")
    let drift = [Drift(.moved, "another server answers at db1:5432, and has it")]
    func census(fenced: Set<RoleIdentity>) -> Census {
      Census(
        systemIdentifier: "another", roles: [there], fenced: fenced, drift: [role: drift])
    }
    #expect(
      findings(in: census(fenced: []), before: known, after: known)
        == [Finding(role, .drift(id, drift))])
    #expect(
      findings(in: census(fenced: [there, role]), before: known, after: known)
        == [Finding(role, .fenced(id))])
  }

  @Test("reports one that it cannot remove once, and once more when it could")
  func stubborn() async throws {
    let test = try await TestBroker()
    await test.orders.plant("jit_ghost_00000000")
    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.residue, note: "a table"), fenced: true, sessionsGoneAfterMs: 3))
    for _ in 0..<4 { await test.broker.reconcile() }
    #expect(try await orphans(test).map(\.removed) == [false])
    await test.orders.recover()
    for _ in 0..<4 { await test.broker.reconcile() }
    #expect(try await orphans(test).map(\.removed) == [false, true])
  }

  @Test("leaves a role alone that is made while it looks")
  func activatedMeanwhile() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.journal.at(.census) {
      await #expect(throws: Never.self) { try await test.activate(id) }
    }
    await test.broker.reconcile(only: name("orders_PROD"))
    #expect(try await test.state(id) == "active")
    #expect(await test.orders.roles[test.role(id)]?.login == true)
    #expect(try await orphans(test).isEmpty)
  }

  @Test("leaves a role alone whose grant ends while it looks")
  func endedMeanwhile() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.hang(.census)
    let round = Task { _ = await test.broker.reconcile() }
    try await eventually("the server was asked") { await test.orders.hangingCount(.census) == 1 }
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    await test.orders.letGo(.census)
    await round.value
    #expect(await test.orders.calls(.revoke).count == 1)
    #expect(try await orphans(test).isEmpty)
  }

  @Test("a server that fails or hangs keeps it from no other one")
  func otherServers() async throws {
    let test = try await TestBroker()
    await test.stock.plant("jit_ghost_00000000")
    await test.orders.hang(.census)
    let round = Task { _ = await test.broker.reconcile() }
    try await eventually("the orphan is gone") { await test.stock.roles.isEmpty }
    await test.orders.letGo(.census)
    await round.value
    await test.orders.fail(.census, with: ProvisioningError(.unreachable, "no route"))
    await test.broker.reconcile()
    #expect(try await orphans(test).count == 1)
  }

  @Test("removes and reports an orphan once where two databases are on one server")
  func oneServer() async throws {
    let test = try await TestBroker(
      policy: testPolicy.replacing("host: db2, dbname: stock", with: "host: db1, dbname: stock"))
    await test.orders.plant("jit_ghost_00000000")
    await test.broker.reconcile()
    #expect(try await orphans(test).count == 1)
    #expect(await test.orders.mostAtOnce[.revoke] == 1, "never two on one role at a time")
  }

  @Test("also looks where a grant was made, when the policy does not say it any more")
  func pinnedAccess() async throws {
    let before = try await TestBroker()
    _ = try await before.active()
    before.policy.set("groups: [")
    let test = try await before.afterCrash()
    await test.orders.plant("jit_ghost_00000000")
    await test.broker.reconcile()
    #expect(await test.orders.calls(.revoke).map(\.role) == ["jit_ghost_00000000"])
  }

  @Test("a grant whose role is fenced ends, though the ledger does not know that its end began")
  func fenced() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.fence(test.role(id))
    await test.broker.reconcile()
    try await test.turnUntilEnded(id)
    #expect(try await test.broker.stored(id).grant?.ending?.cause == .orphaned)
    #expect(await test.orders.roles.isEmpty)
  }

  @Test("a fenced role gets no new password, and its grant ends")
  func fencedReissue() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.fence(test.role(id))
    let refusal = await #expect(throws: Refusal.self) { try await test.activate(id) }
    #expect(refusal?.code == .wrongState)
    #expect(await test.orders.roles[test.role(id)]?.login == false)
    try await test.turnUntilEnded(id)
  }
}
