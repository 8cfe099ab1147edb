import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("The reconciler and drift")
struct DriftTests {
  private let power = Drift(.power, "it has SUPERUSER")

  private func found(_ test: TestBroker) async throws -> [[Drift]] {
    try await test.entries().compactMap { entry in
      if case .driftFound(_, let found) = entry.event { found.drift } else { nil }
    }
  }

  @Test("a changed role is an entry and an alarm once, and its grant goes on")
  func changed() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.broker.reconcile()
    #expect(try await found(test) == [])
    await test.orders.change(test.role(id), [power])
    for _ in 0..<3 { await test.broker.reconcile() }
    #expect(try await found(test) == [[power]])
    #expect(test.notices.words.count { $0 == "alarm" } == 1)
    #expect(try await test.state(id) == "active")
    #expect(try await test.broker.stored(id).grant?.drift == [power])
    #expect(await test.broker.standing().drifting == 1)

    await test.orders.change(test.role(id), [])
    for _ in 0..<2 { await test.broker.reconcile() }
    #expect(try await found(test) == [[power], []])
    #expect(test.notices.words.count { $0 == "alarm" } == 1, "that it is in order is no alarm")
    #expect(await test.broker.standing().drifting == 0)
  }

  @Test("a restart does not report it again")
  func restart() async throws {
    let before = try await TestBroker()
    let id = try await before.active()
    let role = try #require(await before.orders.roles[before.role(id)]?.identity)
    await before.orders.change(role.name, [power])
    await before.broker.reconcile()
    let test = try await before.afterCrash()
    await test.orders.plant(like: role)
    await test.orders.change(role.name, [power])
    await test.broker.reconcile()
    #expect(try await found(test) == [[power]])
    #expect(test.notices.words == [])
  }

  @Test("a role that is gone is an entry, and its grant ends")
  func gone() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.drop(test.role(id))
    await test.broker.reconcile()
    #expect(try await found(test).map { $0.map(\.kind) } == [[.missing]])
    try await test.turnUntilEnded(id)
    #expect(try await test.ended(id)?.cause == .orphaned)
  }

  @Test("says nothing of a role at which somebody is at work while it looks")
  func atWork() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.change(test.role(id), [power])
    await test.orders.hang(.reissue)
    let reissue = Task { try await test.activate(id) }
    try await eventually("the server was asked") { await test.orders.hangingCount(.reissue) == 1 }
    await test.broker.reconcile()
    #expect(try await found(test) == [])
    await test.orders.letGo(.reissue)
    _ = try await reissue.value
    await test.broker.reconcile()
    #expect(try await found(test) == [[power]])
  }

  @Test("says nothing of a role whose grant ends while it looks")
  func endedMeanwhile() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.change(test.role(id), [power])
    await test.journal.at(.census) {
      await #expect(throws: Never.self) { try await test.sayRelease(id) }
    }
    await test.broker.reconcile(only: name("orders_PROD"))
    #expect(try await found(test) == [])
  }

  @Test("a role that looks like ours is reported once, and never touched")
  func strangers() async throws {
    let test = try await TestBroker()
    let role = RoleIdentity(
      name: "jit_eve_00000000", oid: 7, systemIdentifier: test.orders.systemIdentifier)
    let looks = [Drift(.stranger, "it does not have our tag")]
    await test.orders.setStrangers([role: looks])
    for _ in 0..<3 { await test.broker.reconcile() }
    #expect(try await found(test) == [looks])
    #expect(test.notices.words == ["alarm"])
    #expect(await test.orders.acts == [])
    #expect(await test.broker.standing().strangers == 1)
    await test.orders.setStrangers([:])
    for _ in 0..<3 { await test.broker.reconcile() }
    #expect(try await found(test) == [looks, []])
  }

  @Test("the role of a grant that has lost its tag is no stranger")
  func untagged() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    let role = try #require(await test.orders.roles[test.role(id)]?.identity)
    await test.orders.setStrangers([role: [Drift(.stranger, "it does not have our tag")]])
    await test.broker.reconcile()
    #expect(try await found(test) == [])
  }
}

@Suite("A round of the reconciler that somebody asks for")
struct ReconcileOnDemandTests {
  @Test("tells what was found and what was done")
  func tells() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.change(test.role(id), [Drift(.power, "it has SUPERUSER")])
    await test.stock.plant("jit_ghost_00000000")
    let rounds = try await test.broker.reconcile(nil, dryRun: false, by: root)
    #expect(rounds.map(\.database.text) == ["orders_PROD", "stock_PROD"])
    #expect(rounds.map { $0.findings.map(\.done) } == [[.recorded], [.removed]])
    #expect(await test.stock.roles.isEmpty)
  }

  @Test("a dry run tells the same, and changes nothing anywhere")
  func dryRun() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.change(test.role(id), [Drift(.power, "it has SUPERUSER")])
    await test.stock.plant("jit_ghost_00000000")
    let (entries, acts) = (try await test.entries(), await test.orders.acts)
    let rounds = try await test.broker.reconcile(nil, dryRun: true, by: root)
    #expect(rounds.map { $0.findings.map(\.done) } == [[.nothing], [.nothing]])
    #expect(try await test.entries() == entries)
    #expect(await test.orders.acts == acts)
    #expect(await test.stock.roles.count == 1)
    #expect(test.notices.words.count { $0 == "alarm" } == 0)
  }

  @Test("looks at the named database only, and says when it was not reached")
  func oneDatabase() async throws {
    let test = try await TestBroker()
    await test.stock.fail(.census, with: ProvisioningError(.unreachable, "no route"))
    let rounds = try await test.broker.reconcile("stock_PROD", dryRun: false, by: root)
    #expect(rounds.map(\.database.text) == ["stock_PROD"])
    #expect(rounds.map(\.unreached) == ["no route"])
    #expect(await test.orders.calls(.census).isEmpty)
  }

  @Test("is for those who operate only")
  func authority() async throws {
    let test = try await TestBroker()
    await expectRefusal(.notAuthorised) {
      try await test.broker.reconcile(nil, dryRun: true, by: person("alice"))
    }
    await expectRefusal(.unknownDatabase) {
      try await test.broker.reconcile("stock_PRD", dryRun: true, by: root)
    }
  }
}
