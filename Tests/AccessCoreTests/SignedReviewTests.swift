import Testing

@testable import AccessCore

@Suite("Signed reviews")
struct SignedReviewTests {
  /// A world in which olga's approval has to be signed.
  private static var world: World {
    var world = World()
    let steps = [
      ReviewStep(from: .group(World.name("dba")), count: 1),
      ReviewStep(from: .group(World.name("owners")), count: 1, needsSignature: true),
    ]
    let rule = World.entitlement(review: .steps(steps))
    world.policy.entitlements[rule.name] = rule
    world.policy.groups[World.name("owners")] = [World.olga.principal]
    world.policy.signers = [
      World.olga.principal: [World.key("o")], World.drew.principal: [World.key("d")],
    ]
    return world
  }

  private func approval(
    _ world: World, _ id: RequestID, by reviewer: Caller, with key: SSHKey,
    shortened: String? = nil
  ) throws -> ReviewSubmission {
    let statement = try world.statement(id, by: reviewer, shortened: shortened)
    return ReviewSubmission(
      verdict: .approve, duration: shortened, signature: World.sign(statement, with: key))
  }

  @Test("a step that wants a signature counts a signed approval, and the entries say by whom")
  func signed() throws {
    var world = Self.world
    let id = try world.ask()
    try world.say(.review(id, ReviewSubmission(verdict: .approve)), World.drew)
    let review = try approval(world, id, by: World.olga, with: World.key("o"), shortened: "20m")
    let events = try world.say(.review(id, review), World.olga)
    let statement = try world.statement(id, by: World.olga, shortened: "20m")
    guard case .reviewRecorded(_, let recorded) = events[0],
      case .requestApproved(_, let approved) = events[1]
    else {
      Issue.record("not approved")
      return
    }
    #expect(
      recorded.signature
        == ReviewSignature(
          message: String(decoding: statement.message, as: UTF8.self),
          armored: try #require(review.signature), key: World.key("o")))
    #expect(approved.signed == [World.olga.principal])
    #expect(approved.duration == World.span("20m"))
  }

  @Test("the message is canonical JSON of what was asked and what is said to it")
  func message() throws {
    var world = Self.world
    let id = try world.ask()
    let message = try JSON(
      parsing: world.statement(id, by: World.olga, shortened: "15m").message)
    guard case .object(var fields) = message else {
      Issue.record("no object")
      return
    }
    #expect(fields["reviewer"] == .string("olga"))
    #expect(fields["verdict"] == .string("approve"))
    #expect(fields["shortened"] == .string("15m"))
    // What is left is what the digest is made of: no field of the ask is missing.
    for name in ReviewStatement.ownFields { fields[name] = nil }
    #expect(World.sha256(JSON.object(fields).canonical) == world.state.requests[id]?.digest)
  }

  @Test("a reviewer whose approval has to be signed is told so")
  func unsigned() throws {
    var world = Self.world
    let id = try world.ask()
    let plain = ReviewSubmission(verdict: .approve)
    #expect(world.refusal(.review(id, plain), World.olga) == .signatureRequired)
    let deny = ReviewSubmission(verdict: .deny, comment: World.written("no"))
    #expect(world.refusal(.review(id, deny), World.olga) == nil)
  }

  struct Forgery: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var key = World.key("o")
    var duration: String?
    let change: @Sendable (ReviewStatement) -> ReviewStatement
  }

  private static func asked(
    _ original: ReviewStatement, requester: String? = nil, database: String? = nil,
    uid: String? = nil, environment: Environment? = nil, role: String? = nil,
    duration: String? = nil, start: Timestamp? = nil, reason: Commitment? = nil,
    ticket: Commitment? = nil, entitlement: String? = nil, extends: RequestID? = nil
  ) -> ReviewStatement {
    let ask = original.ask
    return ReviewStatement(
      origin: original.origin, request: original.request,
      ask: Ask(
        requester: requester.map { World.name($0) } ?? ask.requester,
        database: database.map { World.name($0) } ?? ask.database,
        databaseUID: uid.map { World.name($0) } ?? ask.databaseUID,
        environment: environment ?? ask.environment,
        role: role.map { World.name($0) } ?? ask.role,
        duration: duration.map(World.span) ?? ask.duration, start: start ?? ask.start,
        reason: reason ?? ask.reason, ticket: ticket ?? ask.ticket,
        entitlement: entitlement.map { World.name($0) } ?? ask.entitlement,
        extends: extends ?? ask.extends),
      reviewer: original.reviewer, verdict: original.verdict, shortened: original.shortened)
  }

  private static func said(
    _ original: ReviewStatement, origin: String? = nil, request: RequestID? = nil,
    reviewer: Caller? = nil, verdict: Verdict? = nil, shortened: String? = nil
  ) -> ReviewStatement {
    ReviewStatement(
      origin: origin ?? original.origin, request: request ?? original.request, ask: original.ask,
      reviewer: reviewer?.principal ?? original.reviewer, verdict: verdict ?? original.verdict,
      shortened: shortened.map(World.span) ?? original.shortened)
  }

  private static let other = Commitment(digest: World.sha256([7]))

  static let forgeries: [Forgery] = [
    Forgery(testDescription: "another key", key: World.key("x")) { $0 },
    Forgery(testDescription: "the key of another reviewer", key: World.key("d")) { $0 },
    Forgery(testDescription: "a time that was not signed", duration: "10m") { $0 },
    Forgery(testDescription: "another origin") { said($0, origin: "other#1") },
    Forgery(testDescription: "another request") { said($0, request: RequestID(bits: 77)) },
    Forgery(testDescription: "another reviewer") { said($0, reviewer: World.drew) },
    Forgery(testDescription: "another verdict") { said($0, verdict: .deny) },
    Forgery(testDescription: "a shortening") { said($0, shortened: "10m") },
    Forgery(testDescription: "another requester") { asked($0, requester: "bob") },
    Forgery(testDescription: "another database") { asked($0, database: "users_PROD") },
    Forgery(testDescription: "another uid") { asked($0, uid: "db-2") },
    Forgery(testDescription: "another environment") { asked($0, environment: .staging) },
    Forgery(testDescription: "another role") { asked($0, role: "read") },
    Forgery(testDescription: "another duration") { asked($0, duration: "31m") },
    Forgery(testDescription: "another start") { asked($0, start: Timestamp(milliseconds: 1)) },
    Forgery(testDescription: "another reason") { asked($0, reason: other) },
    Forgery(testDescription: "a ticket") { asked($0, ticket: other) },
    Forgery(testDescription: "another entitlement") { asked($0, entitlement: "orders-read") },
    Forgery(testDescription: "an extension") { asked($0, extends: RequestID(bits: 78)) },
  ]

  @Test("a signature of anything else is refused", arguments: forgeries)
  func forgery(_ forgery: Forgery) throws {
    var world = Self.world
    let id = try world.ask()
    let statement = forgery.change(try world.statement(id, by: World.olga))
    let review = ReviewSubmission(
      verdict: .approve, duration: forgery.duration,
      signature: World.sign(statement, with: forgery.key))
    #expect(world.refusal(.review(id, review), World.olga) == .signatureInvalid)
    // The same way with nothing forged is good.
    let honest = try approval(world, id, by: World.olga, with: World.key("o"))
    #expect(world.refusal(.review(id, honest), World.olga) == nil)
  }

  @Test("a denial that is signed has to be signed as a denial")
  func denial() throws {
    var world = Self.world
    let id = try world.ask()
    func deny(_ verdict: Verdict) throws -> ReviewSubmission {
      ReviewSubmission(
        verdict: .deny, comment: World.written("no"),
        signature: World.sign(
          try world.statement(id, by: World.olga, verdict), with: World.key("o")))
    }
    #expect(world.refusal(.review(id, try deny(.approve)), World.olga) == .signatureInvalid)
    try world.say(.review(id, try deny(.deny)), World.olga)
    #expect(world.request(id)?.reviews.last?.signedWith == World.key("o"))
  }

  @Test("who fills another step without a signature may still sign, once")
  func signsLater() throws {
    var world = Self.world
    world.policy.groups[World.name("owners")] = [World.drew.principal]
    let id = try world.ask()
    let plain = ReviewSubmission(verdict: .approve)
    try world.say(.review(id, plain), World.drew)
    #expect(world.refusal(.review(id, plain), World.drew) == .alreadyReviewed)
    let request = try #require(world.state.requests[id])
    let rule = try #require(world.policy.rule(for: request.ask))
    #expect(world.policy.stillAsks(World.drew.principal, about: request, under: rule.review))
    let signed = try approval(world, id, by: World.drew, with: World.key("d"))
    try world.say(.review(id, signed), World.drew)
    #expect(world.refusal(.review(id, signed), World.drew) == .alreadyReviewed)
    // One person fills one slot, signed or not.
    guard case .pending? = world.request(id)?.stage else {
      Issue.record("drew alone must not be enough")
      return
    }
    try world.say(.review(id, plain), World.dana)
    guard case .approved? = world.request(id)?.stage else {
      Issue.record("not approved")
      return
    }
  }

  @Test("a key that is no longer the reviewer's carries nothing: the request waits again")
  func keyTakenAway() throws {
    var world = Self.world
    let id = try world.ask()
    try world.say(.review(id, ReviewSubmission(verdict: .approve)), World.drew)
    try world.say(
      .review(id, try approval(world, id, by: World.olga, with: World.key("o"))), World.olga)
    world.policy.signers[World.olga.principal] = [World.key("n")]
    let events = try world.say(.activate(id), World.alice)
    #expect(events == [.requestReopened(id, .init(lapsesAt: world.now + World.span("4h")))])
    try world.say(
      .review(id, try approval(world, id, by: World.olga, with: World.key("n"))), World.olga)
    guard case .grantActivating? = try world.say(.activate(id), World.alice).first else {
      Issue.record("not activated")
      return
    }
  }
}
