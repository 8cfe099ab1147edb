import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("A changed policy")
struct PolicyTests {
  private func reload(_ test: TestBroker, by caller: Caller = root) async throws {
    try await test.broker.reloadPolicy(by: caller)
  }

  @Test("is in force once it is an entry, and the same again is none")
  func loaded() async throws {
    let test = try await TestBroker()
    test.policy.replace("max_duration: 1h", with: "max_duration: 2h")
    await expectRefusal(.durationOverMax) { try await test.ask(for: "2h") }
    try await reload(test)
    try await reload(test)
    #expect(try await test.count(.policyLoaded) == 2)
    try await test.ask(for: "2h")
  }

  @Test("that is taken up many times at once is in force as it was read last")
  func atOnce() async throws {
    let test = try await TestBroker()
    await withTaskGroup(of: Void.self) { reloads in
      for hours in 1..<40 {
        test.policy.replace("max_duration: \(hours)h", with: "max_duration: \(hours + 1)h")
        reloads.addTask { await test.broker.reloadPolicyOnSignal() }
      }
    }
    let inForce = test.broker.policy.snapshot.digest
    #expect(try inForce == stableDigest(test.policy.source.encode(test.policy.source.read())))
    #expect(test.ledger.state.policy == inForce)
  }

  @Test("only who operates may load it")
  func authority() async throws {
    let test = try await TestBroker()
    try await reload(test, by: person("olga"))
    for who in ["alice", "dana", "sam", "audrey"] {
      await expectRefusal(.notAuthorised) { try await reload(test, by: person(who)) }
    }
  }

  @Test("that is broken is refused, and the one before stays in force")
  func broken() async throws {
    let test = try await TestBroker()
    let digest = test.broker.policy.snapshot.digest
    test.policy.replace("members: [alice, bob]", with: "membres: [alice]")
    await expectRefusal(.policyRefused) { try await reload(test) }
    await test.broker.reloadPolicyOnSignal()
    #expect(try await test.count(.policyRefused) == 2)
    #expect(test.broker.policy.snapshot.digest == digest)
    #expect(await test.broker.issuingStopped() == nil)
    try await test.ask("bob")
  }

  @Test(
    "that takes a database from under a live grant is refused",
    arguments: [
      ("uid: db-1", "uid: db-9"), ("host: db1,", "host: db9,"), ("dbname: orders", "dbname: other"),
      ("credential:orders", "credential:others"), ("orders_PROD", "renamed_PROD"),
    ])
  func conflict(_ old: String, _ new: String) async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    test.policy.replace(old, with: new)
    let refusal = await #expect(throws: Refusal.self) { try await reload(test) }
    #expect(refusal?.code == .policyRefused)
    #expect(refusal?.message.contains(id.text) == true)
    #expect(try await test.state(id) == "active")

    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    try await reload(test)
  }

  @Test("ends the grants of people who have left, and nobody else's")
  func leavers() async throws {
    let test = try await TestBroker()
    let (alice, bob) = (try await test.active("alice"), try await test.active("bob"))
    test.policy.replace("members: [alice, bob]", with: "members: [bob]")
    try await reload(test)
    try await test.turnUntilEnded(alice)
    #expect(try await test.ended(alice)?.cause == .revoked)
    #expect(try await test.state(bob) == "active")
  }

  @Test("also ends the grant of somebody who has left while it was being activated")
  func leaverInActivation() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.journal.at(.create) {
      test.policy.replace("members: [alice, bob]", with: "members: [bob]")
      await #expect(throws: Never.self) { try await reload(test) }
    }
    await #expect(throws: Refusal.self) { try await test.activate(id) }
    #expect(await test.orders.calls(.enableLogin).isEmpty)
    try await test.turn(until: "the role is gone") { await test.orders.roles.isEmpty }
  }

  @Test("is asked again at activation: a reviewer who has left does not count")
  func reviewerLeft() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    try await test.approve(id, by: "dana")
    test.policy.replace("members: [dana, drew]", with: "members: [drew]")
    try await reload(test)
    await expectRefusal(.needsReview) { try await test.activate(id) }
    #expect(try await test.state(id) == "pending")
    #expect(await test.orders.acts.isEmpty)
    try await test.approve(id, by: "drew")
    try await test.activate(id)
  }

  @Test("somebody who has left gets no new password")
  func leaverReissue() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    test.policy.replace("members: [alice, bob]", with: "members: [bob]")
    try await reload(test)
    await #expect(throws: Refusal.self) { try await test.activate(id) }
    #expect(await test.orders.calls(.reissue).isEmpty)
  }
}
