import Testing

@testable import AccessCore

/// In this world alice and bob may break the glass for `write`, and sam looks at it afterwards.
@Suite("Break-glass")
struct BreakGlassTests {
  private static let emergency: Entitlement = emergencyRule("orders-emergency")

  private static func emergencyRule(_ name: String, within: String = "24h") -> Entitlement {
    Entitlement(
      name: World.name(name), requesters: [.group(World.name("backend"))],
      databases: [World.name("orders_PROD")], roles: [World.name("write")],
      maxDuration: World.span("30m"),
      review: .afterwards(by: .group(World.name("security")), within: World.span(within)),
      reviewWithin: World.span("4h"), activateWithin: World.span("1h"))
  }

  private static var world: World {
    var world = World()
    world.policy.entitlements[emergency.name] = emergency
    return world
  }

  private static let reviewed: HindsightSubmission = HindsightSubmission(
    verdict: .justified, comment: World.written("the queue was stuck"))

  @Test("nobody approves before; activation says until when somebody has to look at it")
  func withoutReview() throws {
    var world = Self.world
    let id = world.freshID()
    let events = try world.say(.submit(id, world.glass()), World.alice)
    guard case .requestSubmitted(_, let submitted) = events[0],
      case .requestApproved(_, let approved) = events[1]
    else {
      Issue.record("not approved at once")
      return
    }
    #expect(submitted.ask.breakGlass && submitted.ask.entitlement == Self.emergency.name)
    #expect(approved.by.isEmpty)
    #expect(world.request(id)?.owesReview == false)
    guard case .grantActivating(_, let data)? = try world.say(.activate(id), World.alice).first
    else {
      Issue.record("not activated")
      return
    }
    #expect(data.reviewDue == world.now + World.span("24h"))
    #expect(world.request(id)?.owesReview == true)
  }

  @Test("what an ordinary request asks is not what the digest of a broken glass covers")
  func digest() throws {
    var world = Self.world
    let id = try world.askGlass()
    let ask = try #require(world.request(id)?.ask)
    let ordinary = Ask(
      requester: ask.requester, database: ask.database, databaseUID: ask.databaseUID,
      environment: ask.environment, role: ask.role, duration: ask.duration, start: ask.start,
      reason: ask.reason, ticket: ask.ticket, entitlement: ask.entitlement, extends: nil)
    let origin = world.state.origin ?? ""
    #expect(
      AccessCore.digest(of: ordinary, id, origin: origin, World.sha256)
        != world.request(id)?.digest)
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var caller = World.alice
    let refusal: Refusal.Code
    var change: @Sendable (inout Submission) -> Void = { _ in }
    var before: @Sendable (inout World) -> Void = { _ in }
  }

  static let refused: [Refused] = [
    Refused(testDescription: "not named", caller: World.olga, refusal: .notEntitled),
    Refused(testDescription: "from the admin socket", caller: World.root, refusal: .adminSocket),
    Refused(
      testDescription: "too long", refusal: .durationOverMax, change: { $0.duration = "31m" }),
    Refused(
      testDescription: "without a reason", refusal: .reasonMissing, change: { $0.reason = nil }),
    Refused(
      testDescription: "for later", refusal: .usage,
      change: { $0.start = Timestamp(milliseconds: 1_767_225_600_001) }),
    Refused(testDescription: "another role", refusal: .notEntitled, change: { $0.role = "read" }),
    Refused(
      testDescription: "an ordinary entitlement", refusal: .unknownEntitlement,
      change: { $0.entitlement = "orders-write" }),
    Refused(
      testDescription: "without --break-glass", refusal: .unknownEntitlement,
      change: { ($0.breakGlass, $0.entitlement) = (false, "orders-emergency") }),
    Refused(
      testDescription: "nothing is given", refusal: .issuingStopped,
      before: { $0.issuing = .stopped(because: "the policy does not load") }),
  ]

  @Test("an emergency is no way around the rest", arguments: refused)
  func isRefused(_ refused: Refused) throws {
    var world = Self.world
    refused.before(&world)
    var submission = world.glass()
    refused.change(&submission)
    #expect(world.refusal(.submit(world.freshID(), submission), refused.caller) == refused.refusal)
    let honest = World.alice
    world.issuing = .open
    #expect(world.refusal(.submit(world.freshID(), world.glass()), honest) == nil)
  }

  @Test("without --break-glass an entitlement for emergencies is not there")
  func ordinary() throws {
    var world = Self.world
    let id = try world.ask()
    #expect(world.request(id)?.ask.entitlement == World.name("orders-write"))
    world.policy.entitlements = [Self.emergency.name: Self.emergency]
    #expect(
      world.refusal(.submit(world.freshID(), world.submission()), World.alice) == .notEntitled)
  }

  @Test("a lockdown holds for emergencies, too")
  func lockdown() throws {
    var world = Self.world
    let id = try world.askGlass()
    try world.say(.lockDown(.database(World.name("orders_PROD"))), World.sam)
    #expect(world.refusal(.activate(id), World.alice) == .lockedDown)
    try world.say(.liftLockdown(.database(World.name("orders_PROD"))), World.root)
    #expect(world.refusal(.activate(id), World.alice) == nil)
  }

  @Test("an approval of one kind gives nothing once the entitlement is of the other")
  func kindChanges() throws {
    var world = Self.world
    let (approved, broken) = (try world.approved(), try world.askGlass())
    let write = World.entitlement(review: World.bothSteps)
    world.policy.entitlements[write.name] = Self.emergencyRule(write.name.text)
    world.policy.entitlements[Self.emergency.name] = World.entitlement(
      Self.emergency.name.text, review: .automatic)
    #expect(world.refusal(.activate(approved), World.alice) == .notEntitled)
    #expect(world.refusal(.activate(broken), World.alice) == .notEntitled)
  }

  @Test("it is not extended")
  func extend() throws {
    var world = Self.world
    let id = try world.brokenGlass()
    let more = ExtensionSubmission(duration: "1m", reason: World.written("INC-42"))
    #expect(world.refusal(.extend(world.freshID(), of: id, more), World.alice) == .wrongState)
  }

  struct Review: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let caller: Caller
    let refusal: Refusal.Code?
    var review: HindsightSubmission = BreakGlassTests.reviewed
    var before: @Sendable (inout World, RequestID) throws -> Void = { _, _ in }
  }

  static let reviews: [Review] = [
    Review(testDescription: "one of security", caller: World.sam, refusal: nil),
    Review(testDescription: "oneself", caller: World.alice, refusal: .ownRequest),
    Review(
      testDescription: "oneself, as one of security", caller: World.alice, refusal: .ownRequest,
      before: { world, _ in
        world.policy.groups[World.name("security")] = [World.alice.principal, World.sam.principal]
      }),
    Review(testDescription: "an operator", caller: World.dana, refusal: .notReviewer),
    Review(testDescription: "a stranger", caller: World.mallory, refusal: .unknownRequest),
    Review(testDescription: "the admin socket", caller: World.root, refusal: .adminSocket),
    Review(
      testDescription: "without a comment", caller: World.sam, refusal: .usage,
      review: HindsightSubmission(verdict: .justified, comment: nil)),
    Review(
      testDescription: "of something else", caller: World.sam, refusal: .otherDigest,
      review: HindsightSubmission(
        verdict: .justified, comment: World.written("fine"), digest: World.sha256([1]))),
    Review(
      testDescription: "known in a way that does not count", caller: World.sam,
      refusal: .reviewMethod, before: { world, _ in world.policy.reviewsNotBy = [.peer] }),
    Review(
      testDescription: "a second time", caller: World.sam, refusal: .alreadyReviewed,
      before: { world, id in
        try world.say(.reviewGlass(id, BreakGlassTests.reviewed), World.sam)
      }),
    Review(
      testDescription: "a second time, when all is over", caller: World.sam,
      refusal: .alreadyReviewed,
      before: { world, id in
        try world.say(.reviewGlass(id, BreakGlassTests.reviewed), World.sam)
        try world.end(id)
      }),
    Review(
      testDescription: "whoever may revoke, once the entitlement is gone", caller: World.sam,
      refusal: nil,
      before: { world, _ in world.policy.entitlements[emergency.name] = nil }),
  ]

  @Test("one other person says whether it was justified, once", arguments: reviews)
  func review(_ review: Review) throws {
    var world = Self.world
    let id = try world.brokenGlass()
    try review.before(&world, id)
    #expect(world.refusal(.reviewGlass(id, review.review), review.caller) == review.refusal)
  }

  @Test("an ordinary grant, and one that nobody has activated, owe no review")
  func nothingOwed() throws {
    var world = Self.world
    let waiting = try world.askGlass()
    #expect(world.refusal(.reviewGlass(waiting, Self.reviewed), World.sam) == .wrongState)
    try world.say(.activate(waiting), World.alice)
    world.see(.activationFailed(waiting, because: "no route"))
    #expect(world.refusal(.reviewGlass(waiting, Self.reviewed), World.sam) == .wrongState)
    let ordinary = try world.active()
    #expect(world.refusal(.reviewGlass(ordinary, Self.reviewed), World.drew) == .wrongState)
  }

  @Test("what has ended stays until it was reviewed, and counts for nothing else")
  func staysUntilReviewed() throws {
    var world = Self.world
    let id = try world.brokenGlass()
    try world.end(id)
    #expect(world.state.requests[id]?.isOver == true)
    #expect(world.state.grants.isEmpty)
    #expect(world.policy.mayReview(World.sam.principal, try #require(world.request(id))))
    #expect(world.refusal(.erase(id, []), World.root) == .wrongState)
    let events = try world.say(.reviewGlass(id, Self.reviewed), World.sam)
    guard case .glassReviewed(id, let data)? = events.first else {
      Issue.record("not reviewed")
      return
    }
    #expect(data.verdict == .justified)
    #expect(world.state.requests.isEmpty && world.state.open.isEmpty)
    #expect(world.request(id)?.hindsight?.reviewer == World.sam.principal)
  }

  @Test("a review while access lasts is enough")
  func reviewedEarly() throws {
    var world = Self.world
    let id = try world.brokenGlass()
    try world.say(.reviewGlass(id, Self.reviewed), World.sam)
    #expect(world.state.grants.map(\.id) == [id])
    try world.end(id)
    #expect(world.state.requests.isEmpty)
  }

  @Test("an overdue review is an entry, once, and keeps its person from the next emergency")
  func overdue() throws {
    var world = Self.world
    let (id, waiting) = (try world.brokenGlass(), try world.askGlass())
    try world.end(id)
    #expect(world.see(.reviewOverdue(id)).isEmpty)
    world.pass("23h59m59s")
    #expect(world.refusal(.submit(world.freshID(), world.glass()), World.alice) == nil)
    world.pass("1s")
    #expect(world.see(.reviewOverdue(id)) == [.reviewOverdue(id)])
    #expect(world.see(.reviewOverdue(id)).isEmpty)
    #expect(world.refusal(.submit(world.freshID(), world.glass()), World.alice) == .reviewOverdue)
    #expect(world.refusal(.submit(world.freshID(), world.glass()), World.bob) == nil)
    #expect(world.refusal(.submit(world.freshID(), world.submission()), World.alice) == nil)
    #expect(world.refusal(.activate(waiting), World.alice) == .reviewOverdue)
    try world.say(.reviewGlass(id, Self.reviewed), World.sam)
    #expect(world.refusal(.submit(world.freshID(), world.glass()), World.alice) == nil)
    #expect(world.see(.reviewOverdue(id)).isEmpty)
  }
}

extension World {
  fileprivate func glass() -> Submission {
    var submission = submission()
    submission.breakGlass = true
    return submission
  }

  fileprivate mutating func askGlass() throws(Refusal) -> RequestID { try ask(glass()) }

  fileprivate mutating func brokenGlass() throws(Refusal) -> RequestID {
    let id = try askGlass()
    try say(.activate(id), World.alice)
    see(.activated(id, identity(id)))
    return id
  }

  fileprivate mutating func end(_ id: RequestID) throws(Refusal) {
    try say(.release(id), World.alice)
    see(.ended(id, GrantTests.receipt))
  }
}
