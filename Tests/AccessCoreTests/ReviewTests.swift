import Testing

@testable import AccessCore

@Suite("Reviewing")
struct ReviewTests {
  private let approve = ReviewSubmission(verdict: .approve)

  @Test("all steps are needed")
  func allSteps() throws {
    var world = World()
    let id = try world.ask()
    try world.say(.review(id, approve), World.drew)
    #expect(world.state.requests[id]?.stage == .pending(lapsesAt: world.now + World.span("4h")))
    try world.say(.review(id, approve), World.olga)
    #expect(
      world.request(id)?.stage
        == .approved(
          .init(at: world.now, duration: World.span("30m"), lapsesAt: world.now + World.span("1h")))
    )
  }

  @Test(
    "somebody of two groups never takes the slot that another one needs",
    arguments: [
      [World.dana, World.olga], [World.olga, World.dana], [World.dana, World.drew],
      [World.drew, World.dana],
    ])
  func maximumMatching(_ reviewers: [Caller]) throws {
    var world = World()
    let id = try world.ask()
    for reviewer in reviewers { try world.say(.review(id, approve), reviewer) }
    guard case .approved? = world.request(id)?.stage else {
      Issue.record("not approved")
      return
    }
  }

  @Test("one human fills one slot")
  func onePersonOneSlot() throws {
    var world = World()
    let id = try world.ask()
    try world.say(.review(id, approve), World.dana)
    #expect(world.refusal(.review(id, approve), World.dana) == .alreadyReviewed)
    guard case .pending? = world.request(id)?.stage else {
      Issue.record("dana alone must not be enough")
      return
    }
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let caller: Caller
    let code: Refusal.Code
    var review = ReviewSubmission(verdict: .approve)
  }

  static let refused: [Refused] = [
    Refused(testDescription: "the requester", caller: World.alice, code: .ownRequest),
    Refused(
      testDescription: "a stranger, for whom it does not exist", caller: World.mallory,
      code: .unknownRequest),
    Refused(
      testDescription: "a colleague who is no reviewer, for whom it does not exist",
      caller: World.bob, code: .unknownRequest),
    Refused(
      testDescription: "an auditor, who may only look", caller: World.audrey, code: .notReviewer),
    Refused(testDescription: "the admin socket", caller: World.root, code: .adminSocket),
    Refused(
      testDescription: "a longer time", caller: World.olga, code: .widening,
      review: ReviewSubmission(verdict: .approve, duration: "31m")),
    Refused(
      testDescription: "no time", caller: World.olga, code: .usage,
      review: ReviewSubmission(verdict: .approve, duration: "0m")),
    Refused(
      testDescription: "a denial without a word", caller: World.olga, code: .usage,
      review: ReviewSubmission(verdict: .deny)),
    Refused(
      testDescription: "another digest", caller: World.olga, code: .otherDigest,
      review: ReviewSubmission(verdict: .approve, digest: World.sha256([1]))),
  ]

  @Test("who may not review, or not so, is refused", arguments: refused)
  func refusals(_ refused: Refused) throws {
    var world = World()
    let id = try world.ask()
    #expect(world.refusal(.review(id, refused.review), refused.caller) == refused.code)
  }

  @Test("a requester who is in the group of reviewers does not count")
  func requesterInGroupDoesNotCount() throws {
    var world = World()
    world.policy.groups[World.name("dba")]?.insert(World.alice.principal)
    let id = try world.ask()
    #expect(world.refusal(.review(id, approve), World.alice) == .ownRequest)
    let progress = world.policy.progress(
      under: World.bothSteps, approvals: [World.alice.principal, World.olga.principal],
      requester: World.alice.principal)
    #expect(progress.needs.contains { $0.have < $0.count })
    #expect(progress.needs[0].people == [World.dana.principal, World.drew.principal])
  }

  @Test("who has approved is not among those who can still be asked")
  func leftToAsk() {
    let world = World()
    let two = ReviewRule.steps([
      ReviewStep(from: .group(World.name("dba")), count: 2),
      ReviewStep(from: .group(World.name("owners")), count: 1),
    ])
    let needs = world.policy.progress(
      under: two, approvals: [World.dana.principal], requester: World.alice.principal
    ).needs
    #expect(needs.map(\.people) == [[World.drew.principal], [World.olga.principal]])
    #expect(needs.map(\.have).reduce(0, +) == 1)
  }

  @Test("reviewers shorten, and the shortest wins")
  func shortestWins() throws {
    var world = World()
    let id = try world.ask()
    try world.say(.review(id, ReviewSubmission(verdict: .approve, duration: "20m")), World.drew)
    try world.say(.review(id, ReviewSubmission(verdict: .approve, duration: "25m")), World.olga)
    #expect(world.request(id)?.duration == World.span("20m"))
  }

  @Test("a denial ends the request, whoever approved before")
  func denialEnds() throws {
    var world = World()
    let id = try world.ask()
    try world.say(.review(id, approve), World.drew)
    let deny = ReviewSubmission(verdict: .deny, comment: World.written("not now"))
    try world.say(.review(id, deny), World.olga)
    #expect(world.request(id)?.stage == .denied(at: world.now))
    #expect(world.state.requests[id] == nil)
    #expect(world.refusal(.review(id, approve), World.dana) == .wrongState)
    #expect(world.refusal(.activate(id), World.alice) == .wrongState)
  }

  @Test("a review after the time is refused, also before the timer has said so")
  func reviewAfterLapse() throws {
    var world = World()
    let id = try world.ask()
    world.pass("4h")
    #expect(world.refusal(.review(id, approve), World.olga) == .wrongState)
    #expect(world.see(.lapsed(id)) == [.requestLapsed(id)])
    #expect(world.see(.lapsed(id)) == [])
    #expect(world.refusal(.review(id, approve), World.olga) == .wrongState)
  }

  @Test("reviews count by the policy in force, also those that were there before it")
  func policyChange() throws {
    var world = World()
    let id = try world.ask()
    try world.say(.review(id, approve), World.drew)
    world.policy.groups[World.name("dba")] = [World.dana.principal, World.sam.principal]
    try world.say(.review(id, approve), World.olga)
    #expect(world.state.requests[id]?.stage == .pending(lapsesAt: world.now + World.span("4h")))
    try world.say(.review(id, approve), World.sam)
    guard case .approved? = world.request(id)?.stage else {
      Issue.record("not approved")
      return
    }
  }

  @Test("only the requester cancels, and nothing follows a cancelled request")
  func cancelling() throws {
    var world = World()
    let id = try world.ask()
    #expect(world.refusal(.cancel(id), World.olga) == .notRequester)
    #expect(world.refusal(.cancel(id), World.mallory) == .unknownRequest)
    try world.say(.cancel(id), World.alice)
    #expect(world.request(id)?.stage == .cancelled(at: world.now))
    #expect(world.refusal(.cancel(id), World.alice) == .wrongState)
    #expect(world.refusal(.review(id, approve), World.olga) == .wrongState)
    #expect(world.refusal(.cancel(id), World.mallory) == .unknownRequest)
  }
}
