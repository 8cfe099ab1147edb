import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("What depends on the calendar and on what was before")
struct CalendarTests {
  private static func policy(_ old: String, _ new: String, more: String = "") -> String {
    precondition(testPolicy.contains(old), "the policy does not say \(old)")
    return testPolicy.replacing(old, with: new) + "\n" + more
  }

  private func end(_ id: RequestID, _ test: TestBroker) async throws {
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
  }

  @Test("a first time is one that the ledger does not know of, also after a restart")
  func firstTime() async throws {
    var test = try await TestBroker(
      policy: Self.policy(
        "review: [{ from: dba, count: 1 }]",
        "review: [{ from: dba }, { from: security, when: { first_time: true } }]"))

    let first = try await test.ask("alice", "write")
    #expect(try await test.approve(first).id == first)
    #expect(try await test.state(first) == "pending")
    try await test.approve(first, by: "sam")
    // An approval alone is not a grant.
    let impatient = try await test.ask("alice", "write")
    try await test.approve(impatient)
    #expect(try await test.state(impatient) == "pending")
    try await test.activate(first)
    try await end(first, test)

    test = try await test.afterCrash()
    let second = try await test.ask("alice", "write")
    await expectRefusal(.notReviewer) { try await test.approve(second, by: "sam") }
    try await test.approve(second)
    #expect(try await test.state(second) == "approved")

    let elsewhere = try await test.ask("alice", "write", on: "stock_PROD")
    try await test.approve(elsewhere)
    #expect(try await test.state(elsewhere) == "pending")
    let bobs = try await test.ask("bob", "write")
    try await test.approve(bobs)
    #expect(try await test.state(bobs) == "pending")
    let detail = try await test.broker.show(bobs, to: person("sam"))
    #expect(detail.needs.map(\.from.text) == ["dba", "security"])
    let toReview = try await test.broker.requests(.toReview, of: person("sam"))
    #expect(Set(toReview.map(\.id)) == [elsewhere, bobs])
  }

  @Test("what was ended today counts, until midnight in the policy's zone")
  func perDay() async throws {
    let test = try await TestBroker(
      policy: Self.policy(
        "review: none", "review: none\n    per_day: { grants: 2, duration: 1h }",
        more: "timezone: Asia/Tokyo"))
    for _ in 0..<2 { try await end(try await test.active(), test) }
    await expectRefusal(.capReached) { try await test.ask() }
    try await test.ask("bob")
    // 18:30 in Tokyo: midnight is in five hours and a half.
    test.clock.advance(byMs: 5 * 3_600_000 + 29 * 60_000)
    await expectRefusal(.capReached) { try await test.ask() }
    test.clock.advance(byMs: 60_000)
    try await test.active()
  }

  @Test("two activations at the same moment are not both under the cap")
  func race() async throws {
    let test = try await TestBroker(
      policy: Self.policy("review: none", "review: none\n    per_day: { grants: 1 }"))
    var ids: [RequestID] = []
    for _ in 0..<5 { ids.append(try await test.ask()) }
    let activated = await withTaskGroup(of: Bool.self) { group in
      for id in ids {
        group.addTask {
          do throws(Refusal) {
            _ = try await test.broker.activate(id, by: person("alice"), idempotency: nil)
            return true
          } catch {
            #expect(error.code == .capReached)
            return false
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(activated == 1)
  }

  @Test("a freeze that is loaded stops what is approved, and ends what is live only if it says so")
  func freeze() async throws {
    let test = try await TestBroker()
    let live = try await test.active()
    let approved = try await test.ask()
    let freeze = "freezes: { release: { from: 2026-03-01, to: 2026-03-01, reason: Release 7 } }"
    test.policy.set(testPolicy + "\n" + freeze)
    try await test.broker.reloadPolicy(by: root)
    await test.broker.endStopped()
    #expect(try await test.state(live) == "active")
    await expectRefusal(.frozen) { try await test.activate(approved) }
    let detail = try await test.broker.show(approved, to: person("alice"))
    #expect(
      detail.stop?.words == "the freeze release until 2026-03-02T00:00:00.000Z (Release 7)")
    #expect(try await test.broker.show(live, to: person("alice")).stop == nil)

    test.policy.replace("reason: Release 7", with: "ends_grants: true")
    try await test.broker.reloadPolicy(by: root)
    try await test.turn(until: "it is ended") { try await test.state(live) == "ended" }
    #expect(try await test.ended(live)?.cause == .revoked)
  }

  @Test("a request points to a look-alike elsewhere that the person may ask for")
  func lookAlikes() async throws {
    let other = """
        stock-prod:
          uid: db-3
          environment: staging
          engine: postgresql
          connection: { host: db3, dbname: stock }
          admin: { user: jit_broker, password: "credential:stock" }
          distinct_from: [stock_PROD]
      roles:
      """
    let test = try await TestBroker(
      policy: Self.policy("\nroles:", "\n" + other)
        .replacing(
          "databases: [orders_PROD, stock_PROD]",
          with: "databases: [orders_PROD, stock_PROD, stock-prod]"))
    func alike(_ who: String, _ database: String) async throws -> [String] {
      let id = try await test.ask(who, on: database)
      return try await test.broker.show(id, to: person(who)).lookAlikes.map(\.uid.text)
    }
    #expect(try await alike("alice", "stock_PROD") == ["db-3"])
    #expect(try await alike("alice", "stock-prod") == ["db-2"])
    #expect(try await alike("alice", "orders_PROD") == [])
  }
}
