import Testing

@testable import AccessCore

@Suite("How reviewers are known")
struct ReviewMethodTests {
  private let approve = ReviewSubmission(verdict: .approve)

  private func token(for person: Caller, _ world: inout World) throws -> Caller {
    let id = world.freshID()
    try world.say(
      .issueToken(
        id, user: person.principal.text, hash: World.sha256([UInt8(id.text.utf8.count)]),
        lifetime: World.span("1h")), World.root)
    return Caller(principal: person.principal, proof: .token(id))
  }

  @Test("a review with a token says who issued it, also when the token is gone")
  func issuer() throws {
    var world = World()
    let id = try world.ask()
    let drew = try token(for: World.drew, &world)
    try world.say(.review(id, approve), drew)
    guard case .token(let tokenID) = drew.proof else { return }
    try world.say(.revokeToken(tokenID.text), World.root)
    try world.say(.review(id, approve), World.olga)
    let reviews = try #require(world.request(id)).reviews
    #expect(reviews.map(\.method) == [.token, .peer])
    #expect(reviews.map(\.tokenIssuedBy) == [World.root.principal, nil])
  }

  @Test("a policy that takes no reviews by token refuses them, whatever the verdict")
  func refused() throws {
    var world = World()
    let id = try world.ask()
    let drew = try token(for: World.drew, &world)
    world.policy.reviewsNotBy = [.token]
    #expect(world.refusal(.review(id, approve), drew) == .reviewMethod)
    let deny = ReviewSubmission(verdict: .deny, comment: World.written("no"))
    #expect(world.refusal(.review(id, deny), drew) == .reviewMethod)
    #expect(world.refusal(.review(id, approve), World.drew) == nil)
  }

  @Test("approvals that were given before the policy said so carry nothing")
  func reevaluated() throws {
    var world = World()
    let id = try world.ask()
    let drew = try token(for: World.drew, &world)
    try world.say(.review(id, approve), drew)
    try world.say(.review(id, approve), World.olga)
    world.policy.reviewsNotBy = [.token]
    let events = try world.say(.activate(id), World.alice)
    #expect(events == [.requestReopened(id, .init(lapsesAt: world.now + World.span("4h")))])
    // The same person, known in another way, counts again.
    try world.say(.review(id, approve), World.drew)
    guard case .approved? = world.request(id)?.stage else {
      Issue.record("not approved")
      return
    }
  }
}
