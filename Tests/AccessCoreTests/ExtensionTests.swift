import Testing

@testable import AccessCore

@Suite("Extending")
struct ExtensionTests {
  private let approve = ReviewSubmission(verdict: .approve)

  private static func more(
    _ duration: String = "15m", _ reason: String? = "INC-42 not done"
  ) -> ExtensionSubmission {
    ExtensionSubmission(duration: duration, reason: reason.map(World.written))
  }

  private static func extend(
    _ grant: RequestID, _ duration: String = "15m", in world: inout World
  ) throws(Refusal) -> RequestID {
    let id = world.freshID()
    try world.say(.extend(id, of: grant, more(duration)), World.alice)
    return id
  }

  /// An active grant that no review was needed for.
  private func readGrant(in world: inout World) throws(Refusal) -> RequestID {
    let id = try world.ask(world.submission(role: "read"))
    try world.say(.activate(id), World.alice)
    world.see(.activated(id, world.identity(id)))
    return id
  }

  @Test("it is a request of its own, and its approval moves the end by both clocks at once")
  func approved() throws {
    var world = World()
    let grant = try world.active()
    let before = try #require(world.state.requests[grant]?.grant)
    world.pass("10m")
    let id = try Self.extend(grant, in: &world)
    let ask = try #require(world.request(id)?.ask)
    #expect(ask.extends == grant && ask.duration == World.span("15m"))
    #expect(world.state.requests[grant]?.grant == before)

    #expect(world.refusal(.review(id, approve), World.alice) == .ownRequest)
    try world.say(.review(id, approve), World.drew)
    let events = try world.say(.review(id, approve), World.olga)
    let end = before.expiresAt + World.span("15m")
    #expect(
      events.last
        == .grantExtended(
          grant, GrantExtended(by: id, expiresAt: end, duration: World.span("45m"))))
    let after = try #require(world.state.requests[grant]?.grant)
    #expect(after.expiresAt == end && after.duration == World.span("45m") && after.isExtended)
    #expect(after.stage == before.stage && after.began == before.began)
    #expect(world.request(id)?.isClosed == true && world.state.requests[id] == nil)
    #expect(world.request(grant)?.grant == after)

    world.pass("34m")
    #expect(!after.isOver(at: world.now, world.boot))
    world.pass("1m")
    #expect(after.isOver(at: world.now, before.began))
    #expect(after.isOver(at: before.expiresAt, world.boot))
  }

  @Test("without review it takes effect at once")
  func automatic() throws {
    var world = World()
    let grant = try readGrant(in: &world)
    let id = try Self.extend(grant, in: &world)
    #expect(world.state.requests[grant]?.grant?.duration == World.span("45m"))
    #expect(world.request(id)?.isClosed == true)
    // And once more, up to what the rule allows in all.
    _ = try Self.extend(grant, in: &world)
    #expect(
      world.refusal(.extend(world.freshID(), of: grant, Self.more("1s")), World.alice)
        == .durationOverMax)
  }

  @Test("all that is given since activation stays within the rule's maximum")
  func total() throws {
    var world = World()
    let grant = try world.active()
    #expect(
      world.refusal(.extend(world.freshID(), of: grant, Self.more("31m")), World.alice)
        == .durationOverMax)
    let id = try Self.extend(grant, "30m", in: &world)
    try world.say(.review(id, approve), World.drew)
    // The policy became narrower meanwhile: the reviewer has to shorten.
    world.policy = world.policy.with(maxDuration: "50m")
    #expect(world.refusal(.review(id, approve), World.olga) == .durationOverMax)
    let shorter = ReviewSubmission(verdict: .approve, duration: "20m")
    try world.say(.review(id, shorter), World.olga)
    #expect(world.state.requests[grant]?.grant?.duration == World.span("50m"))
  }

  @Test("a reviewer shortens it, a denial ends it, and the grant goes on as it was")
  func denied() throws {
    var world = World()
    let grant = try world.active()
    let before = world.state.requests[grant]?.grant
    let id = try Self.extend(grant, in: &world)
    try world.say(
      .review(id, ReviewSubmission(verdict: .deny, comment: World.written("no"))), World.olga)
    #expect(world.state.requests[grant]?.grant == before)
    #expect(world.request(id)?.isClosed == true)
    _ = try Self.extend(grant, in: &world)
  }

  @Test("there is one at a time, until it is decided, taken back or has lapsed")
  func oneAtATime() throws {
    var world = World()
    let grant = try world.active()
    let first = try Self.extend(grant, in: &world)
    let second = Command.extend(world.freshID(), of: grant, Self.more())
    #expect(world.refusal(second, World.alice) == .wrongState)
    try world.say(.cancel(first), World.alice)
    #expect(world.refusal(second, World.alice) == nil)
    let third = try Self.extend(grant, in: &world)
    try world.say(.review(third, approve), World.drew)
    try world.say(.review(third, approve), World.olga)
    #expect(world.refusal(second, World.alice) == nil)
    #expect(world.state.extensions.isEmpty)
  }

  @Test(
    "who may ask",
    arguments: [
      (World.olga, Refusal.Code.notRequester), (World.sam, .notRequester),
      (World.root, .adminSocket), (World.mallory, .unknownRequest),
    ])
  func others(_ caller: Caller, _ code: Refusal.Code) throws {
    var world = World()
    let grant = try world.active()
    #expect(world.refusal(.extend(world.freshID(), of: grant, Self.more()), caller) == code)
  }

  @Test("a reason is judged like that of a request")
  func reason() throws {
    var world = World()
    let grant = try world.active()
    func refusal(_ more: ExtensionSubmission) -> Refusal.Code? {
      world.refusal(.extend(RequestID(bits: 99), of: grant, more), World.alice)
    }
    #expect(refusal(Self.more("5m", nil)) == .reasonMissing)
    #expect(refusal(Self.more("5m", "because")) == .reasonMismatch)
    #expect(refusal(Self.more("soon")) == .usage)
    #expect(refusal(Self.more("5m")) == nil)
  }

  /// What becomes of the grant while its extension waits for the last approval.
  enum Meanwhile: CaseIterable {
    case expired, overByBootClock, released, revoked, ended, disentitled, lockedDown, stopped

    func happen(to grant: RequestID, in world: inout World) throws(Refusal) {
      switch self {
      case .expired: world.pass("30m")
      case .overByBootClock:
        world.boot = BootMark(
          bootID: world.boot.bootID, milliseconds: world.boot.milliseconds + 1_800_000)
      case .released: try world.say(.release(grant), World.alice)
      case .revoked: try world.say(.revoke(grant, reason: World.written("leak")), World.sam)
      case .ended:
        try world.say(.release(grant), World.alice)
        world.see(.ended(grant, GrantTests.receipt))
      case .disentitled: world.policy.groups[World.name("backend")]?.remove(World.alice.principal)
      case .lockedDown: try world.say(.lockDown(.everything), World.sam)
      case .stopped: world.issuing = .stopped(because: "the policy does not load")
      }
    }

    var refusal: Refusal.Code {
      switch self {
      case .expired, .overByBootClock, .released, .revoked, .ended: .wrongState
      case .disentitled: .notEntitled
      case .lockedDown: .lockedDown
      case .stopped: .issuingStopped
      }
    }

    /// Whether what waits has nothing to wait for any more.
    var lapses: Bool {
      switch self {
      case .expired, .released, .revoked, .ended, .lockedDown: true
      case .overByBootClock, .disentitled, .stopped: false
      }
    }
  }

  @Test("nothing brings back what has begun to end", arguments: Meanwhile.allCases)
  func tooLate(_ meanwhile: Meanwhile) throws {
    var world = World()
    let grant = try world.active()
    let id = try Self.extend(grant, in: &world)
    try world.say(.review(id, approve), World.drew)
    try meanwhile.happen(to: grant, in: &world)
    let before = world.request(grant)?.grant
    #expect(world.refusal(.review(id, approve), World.olga) == meanwhile.refusal)
    #expect(
      world.refusal(.extend(world.freshID(), of: grant, Self.more()), World.alice)
        == meanwhile.refusal)
    #expect(world.see(.lapsed(id)) == (meanwhile.lapses ? [.requestLapsed(id)] : []))
    #expect(world.request(grant)?.grant == before)
  }

  @Test("an expiry that was seen before the extension is none after it")
  func expirySeenTooEarly() throws {
    var world = World()
    let grant = try readGrant(in: &world)
    let (then, boot) = (world.now + World.span("30m"), world.boot)
    _ = try Self.extend(grant, in: &world)
    #expect(world.see(.expired(grant, wall: then, boot)) == [])
  }

  @Test("an approval of exactly the extension counts, and none of the request before it")
  func reviewsAreItsOwn() throws {
    var world = World()
    let grant = try world.active()
    let id = try Self.extend(grant, in: &world)
    #expect(world.request(id)?.approvals == [])
    #expect(world.request(id)?.digest != world.request(grant)?.digest)
    let other = ReviewSubmission(verdict: .approve, digest: world.request(grant)?.digest)
    #expect(world.refusal(.review(id, other), World.olga) == .otherDigest)
  }

  @Test(
    "durations add up in the largest units",
    arguments: [
      ("30m", "15m", "45m"), ("30m", "30m", "1h"), ("90s", "90s", "3m"), ("23h", "90m", "1d30m"),
      ("1s", "1d", "1d1s"),
    ])
  func sums(_ a: String, _ b: String, _ sum: String) {
    #expect((World.span(a) + World.span(b)).text == sum)
    #expect(World.span(sum).minus(World.span(a)) == World.span(b))
    #expect(World.span(a).minus(World.span(a)) == nil)
  }
}

extension Policy {
  fileprivate func with(maxDuration: String) -> Policy {
    var policy = self
    for (name, rule) in entitlements {
      policy.entitlements[name] = Entitlement(
        name: name, requesters: rule.requesters, databases: rule.databases, roles: rule.roles,
        maxDuration: World.span(maxDuration), reason: rule.reason, review: rule.review,
        reviewWithin: rule.reviewWithin, activateWithin: rule.activateWithin)
    }
    return policy
  }
}
