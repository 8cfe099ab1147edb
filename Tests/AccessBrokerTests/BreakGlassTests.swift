import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

/// As ever, and alice and bob may break the glass for `write`, which sam looks at afterwards.
private let glassPolicy =
  testPolicy + """

    break_glass:
      emergency:
        requesters: [backend]
        databases: [orders_PROD]
        roles: [write]
        max_duration: 15m
        reviewed_by: security
        review_after: 1h
    """

@Suite("Break-glass")
struct BreakGlassTests {
  @Test("it is an alarm at once, stays in every list until it was reviewed, and then is over")
  func whole() async throws {
    let test = try await TestBroker(policy: glassPolicy)
    let id = try await test.breakGlass()
    #expect(test.notices.words == ["glass \(id)", "decided \(id)"])
    try await test.activate(id)
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    try await test.turn(until: "it was told") { test.notices.words.last == "ended \(id)" }

    let sam = person("sam")
    #expect(try await test.broker.requests(.toReview, of: sam).map(\.id) == [id])
    #expect(try await test.broker.requests(.open, of: person("alice")).map(\.id) == [id])
    #expect(try await test.broker.grants(all: false, for: sam).isEmpty)
    #expect(try await test.broker.grants(all: true, for: sam).map(\.id) == [id])
    #expect(await test.broker.standing().live == 0)

    try await test.review(id)
    #expect(test.notices.words.last == "decided \(id)")
    #expect(try await test.broker.requests(.toReview, of: sam).isEmpty)
    #expect(test.ledger.state.requests.isEmpty)
    #expect(try await test.count(.glassReviewed) == 1)
  }

  @Test("an overdue review is an entry and an alarm, once, also over a crash")
  func overdue() async throws {
    let test = try await TestBroker(policy: glassPolicy)
    let id = try await test.breakGlass()
    try await test.activate(id)
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    test.clock.advance(byMs: 3_600_000)
    try await test.turn(until: "it is overdue") { try await test.count(.reviewOverdue) == 1 }
    try await eventually("an alarm") { test.notices.words.last == "overdue \(id)" }
    await expectRefusal(.reviewOverdue) { try await test.breakGlass() }

    let again = try await test.afterCrash()
    await expectRefusal(.reviewOverdue) { try await again.breakGlass() }
    for _ in 0..<3 { _ = await again.loop.turn() }
    try await again.review(id)
    let next = try await again.breakGlass()
    #expect(again.notices.words == ["decided \(id)", "glass \(next)", "decided \(next)"])
    #expect(try await again.ledger.request(id)?.hindsight?.verdict == .unjustified)
  }

  @Test("it takes a ledger that can be written, to ask as to activate")
  func disk() async throws {
    let test = try await TestBroker(policy: glassPolicy)
    let id = try await test.breakGlass()
    try test.breakDisk()
    await expectRefusal(.ledgerUnwritable) { try await test.breakGlass() }
    await expectRefusal(.ledgerUnwritable) { try await test.activate(id) }
    #expect(await test.orders.roles.isEmpty)
    try test.mendDisk()
  }

  @Test("the role of a grant that has ended is an orphan, whether a review is owed or not")
  func orphan() async throws {
    let test = try await TestBroker(policy: glassPolicy)
    let id = try await test.breakGlass()
    try await test.activate(id)
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    _ = await test.orders.plant(test.role(id))
    await test.broker.reconcile()
    #expect(try await test.count(.orphanFound) == 1)
  }
}

extension TestBroker {
  fileprivate func breakGlass() async throws -> RequestID {
    let submission = Submission(
      database: "orders_PROD", role: "write", duration: "10m", reason: broker.written("INC-1"),
      breakGlass: true)
    return try await broker.request(submission, by: person("alice"), idempotency: nil).id
  }

  fileprivate func review(_ id: RequestID) async throws {
    let review = HindsightSubmission(verdict: .unjustified, comment: broker.written("why?"))
    _ = try await broker.reviewGlass(id, review, by: person("sam"), idempotency: nil)
  }
}
