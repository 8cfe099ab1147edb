import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Revoke-only")
struct RevokeOnlyTests {
  enum Trouble: String, CaseIterable, CustomTestStringConvertible {
    case policyBrokenAtStart, clockBehind

    var testDescription: String { rawValue }
  }

  /// The broker in trouble, with grants from before it.
  private func broker(_ trouble: Trouble, _ before: TestBroker) async throws -> TestBroker {
    switch trouble {
    case .policyBrokenAtStart:
      before.policy.set("groups: [")
      let after = try await before.afterCrash()
      for name in await before.orders.roles.keys { await after.orders.plant(name) }
      return after
    case .clockBehind:
      before.clock.setWall(aheadByMs: -1)
      return before
    }
  }

  @Test("gives no access and takes it away", arguments: Trouble.allCases)
  func revokeOnly(_ trouble: Trouble) async throws {
    let before = try await TestBroker()
    let (expiring, released, revoked) = (
      try await before.active(), try await before.active(), try await before.active()
    )
    let pending = try await before.ask("alice", "write")
    let approved = try await before.ask()
    let test = try await broker(trouble, before)

    await expectRefusal(.issuingStopped) { try await test.ask() }
    await expectRefusal(.issuingStopped) { try await test.approve(pending) }
    await expectRefusal(.issuingStopped) { try await test.activate(approved) }
    await expectRefusal(.issuingStopped) { try await test.activate(expiring) }
    #expect(await test.broker.issuingStopped() != nil)

    try await test.deny(pending)
    try await test.sayRelease(released)
    try await test.sayRevoke(revoked)
    try await test.turnUntilEnded(released, revoked)
    test.clock.advance(by: span("10m"))
    try await test.turnUntilEnded(expiring)
    #expect(await test.orders.roles.isEmpty)
    #expect(try await test.state(pending) == "denied")
  }

  @Test("a clock that is right again gives access again")
  func clockRight() async throws {
    let test = try await TestBroker()
    try await test.ask()
    test.clock.setWall(aheadByMs: -60_000)
    await expectRefusal(.issuingStopped) { try await test.ask() }
    test.clock.setWall(aheadByMs: 60_000)
    try await test.ask()
  }

  @Test("a clock that goes back is one entry and one alarm, each time")
  func anomaly() async throws {
    let test = try await TestBroker()
    for round in 1...3 {
      test.clock.setWall(aheadByMs: -60_000)
      try await test.turn(until: "the alarm is raised") {
        test.notices.words.filter { $0 == "alarm" }.count == round
      }
      for _ in 0..<5 { _ = await test.loop.turn() }
      #expect(try await test.count(.clockAnomaly) == round)
      test.clock.setWall(aheadByMs: 60_000)
      try await seeClock(test)
    }
  }

  /// Waits until a whole round of the loop's housekeeping has seen the clock as it is now: one that
  /// was under way ends with the first lapse, and the next one with the second.
  private func seeClock(_ test: TestBroker) async throws {
    for _ in 0..<2 {
      let id = try await test.ask()
      test.clock.advance(by: span("1h"))
      try await test.turn(until: "\(id) has lapsed") { try await test.state(id) == "lapsed" }
    }
  }

  @Test("a clock that goes on is no anomaly, however busy the ledger is")
  func noAnomaly() async throws {
    let test = try await TestBroker()
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        for _ in 0..<300 {
          test.clock.advance(byMs: 1)
          try await test.ask()
        }
      }
      tasks.addTask { for _ in 0..<3_000 { _ = await test.loop.turn() } }
      try await tasks.waitForAll()
    }
    #expect(try await test.count(.clockAnomaly) == 0)
  }

  @Test("a broken policy at start leaves the last good one for who may see and revoke")
  func lastGood() async throws {
    let before = try await TestBroker()
    let id = try await before.active()
    before.policy.set("entitlements: 7")
    let test = try await before.afterCrash()
    #expect(test.notices.words == ["alarm"])
    #expect(try await test.broker.show(id, to: person("audrey")).request.id == id)
    await expectRefusal(.unknownRequest) { try await test.broker.show(id, to: person("bob")) }
    await expectRefusal(.notAuthorised) { try await test.sayRevoke(id, by: "alice") }
    try await test.sayRevoke(id)
    #expect(try await test.count(.policyRefused) == 1)

    test.policy.set(testPolicy)
    await test.broker.reloadPolicyOnSignal()
    try await test.ask()
  }
}
