import Testing

@testable import AccessCore

/// Drew approves, then something happens, and then a review comes that was made before it.
@Suite("Reviews that come late or twice")
struct LateReviewTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var reviewer = World.olga
    /// What the late review is refused for; nil where it counts.
    var refusal: Refusal.Code?
    /// What the request is in the end.
    let ends: String
    let happens: @Sendable (inout World, RequestID) throws -> Void
  }

  private static let approve = ReviewSubmission(verdict: .approve)

  static let cases: [Case] = [
    Case(testDescription: "nothing", ends: "approved") { _, _ in },
    Case(
      testDescription: "the same person's approval, sent again", reviewer: World.drew,
      refusal: .alreadyReviewed, ends: "pending"
    ) { _, _ in },
    Case(
      testDescription: "the last approval at the same moment", refusal: .wrongState,
      ends: "approved"
    ) { world, id in try world.say(.review(id, approve), World.dana) },
    Case(
      testDescription: "somebody's denial at the same moment", refusal: .wrongState,
      ends: "denied"
    ) { world, id in
      let deny = ReviewSubmission(verdict: .deny, comment: World.written("no"))
      try world.say(.review(id, deny), World.dana)
    },
    Case(testDescription: "it is taken back", refusal: .wrongState, ends: "cancelled") {
      world, id in try world.say(.cancel(id), World.alice)
    },
    Case(testDescription: "its time is up", refusal: .wrongState, ends: "pending") {
      world, _ in world.pass("4h")
    },
    Case(testDescription: "it lapses", refusal: .wrongState, ends: "lapsed") { world, id in
      world.pass("4h")
      world.see(.lapsed(id))
    },
    Case(testDescription: "access is given", refusal: .wrongState, ends: "approved") {
      world, id in
      try world.say(.review(id, approve), World.dana)
      try world.say(.activate(id), World.alice)
    },
    Case(
      testDescription: "the reviewer leaves the group", refusal: .unknownRequest, ends: "pending"
    ) { world, _ in world.policy.groups[World.name("owners")] = [World.dana.principal] },
    Case(testDescription: "the first reviewer leaves the group", ends: "pending") {
      world, _ in world.policy.groups[World.name("dba")] = [World.dana.principal]
    },
    Case(testDescription: "the entitlement is gone", refusal: .unknownRequest, ends: "pending") {
      world, _ in world.policy.entitlements = [:]
    },
    Case(testDescription: "the requester leaves the group", refusal: .notEntitled, ends: "pending")
    {
      world, _ in world.policy.groups[World.name("backend")] = [World.bob.principal]
    },
    Case(testDescription: "nothing is given any more", refusal: .issuingStopped, ends: "pending") {
      world, _ in world.issuing = .stopped(because: "the policy does not load")
    },
  ]

  @Test("a review counts or is refused by what is so when its turn comes", arguments: cases)
  func late(_ late: Case) throws {
    var world = World()
    let id = try world.ask()
    try world.say(.review(id, Self.approve), World.drew)
    try late.happens(&world, id)
    let before = try #require(world.request(id)?.reviews.count)
    if let refusal = late.refusal {
      #expect(world.refusal(.review(id, Self.approve), late.reviewer) == refusal)
      #expect(world.request(id)?.reviews.count == before)
    } else {
      try world.say(.review(id, Self.approve), late.reviewer)
      #expect(world.request(id)?.reviews.last?.reviewer == late.reviewer.principal)
    }
    #expect(try #require(world.request(id)).stage.word == late.ends)
  }
}

extension Request.Stage {
  var word: String {
    switch self {
    case .pending: "pending"
    case .approved, .granted, .extended: "approved"
    case .denied: "denied"
    case .cancelled: "cancelled"
    case .lapsed: "lapsed"
    }
  }
}
