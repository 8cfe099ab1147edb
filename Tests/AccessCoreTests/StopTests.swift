import Testing

@testable import AccessCore

@Suite("Freezes, windows and caps")
struct StopTests {
  private static let night = Window(
    name: World.name("night"),
    spans: [
      .init(zone: berlin, days: Set(Weekday.allCases), from: 22 * 3_600_000, to: 4 * 3_600_000)
    ])
  private static let fridays = Window(
    name: World.name("fridays"),
    spans: [.init(zone: berlin, days: [.fri], from: 0, to: 86_400_000)])

  private static func freeze(
    _ name: String = "year-end", _ from: String = "2026-01-01T13:00:00Z",
    _ to: String = "2026-01-05T00:00:00Z", databases: Set<DatabaseName>? = nil,
    environments: Set<Environment>? = nil, roles: Set<RoleName>? = nil,
    except: Set<EntitlementName> = [], endsGrants: Bool = false
  ) -> Freeze {
    Freeze(
      name: World.name(name), time: .between(time(from), time(to)), databases: databases,
      environments: environments, roles: roles, except: except, endsGrants: endsGrants)
  }

  /// Reads need no review. It is Thursday 2026-01-01, 13:00 in Berlin.
  private func world(
    _ freezes: [Freeze] = [], windows: [Window] = [], endsWithWindow: Bool = false,
    perDay: DailyCap? = nil, concurrent: Int? = nil
  ) -> World {
    var world = World()
    world.now = time("2026-01-01T12:00:00Z")
    world.policy.zone = berlin
    world.policy.freezes = Dictionary(uniqueKeysWithValues: freezes.map { ($0.name, $0) })
    let rule = World.entitlement(
      "orders-read", role: "read", review: .automatic, reason: ReasonRule(required: false),
      windows: windows, endsWithWindow: endsWithWindow, perDay: perDay, concurrent: concurrent)
    world.policy.entitlements[rule.name] = rule
    return world
  }

  private func ask(
    _ world: inout World, for duration: String = "30m", start: Timestamp? = nil
  ) throws(Refusal) -> RequestID {
    var submission = world.submission(role: "read", for: duration)
    submission.start = start
    return try world.ask(submission)
  }

  private func activate(_ id: RequestID, _ world: inout World) throws(Refusal) {
    try world.say(.activate(id), World.alice)
    world.see(.activated(id, world.identity(id)))
  }

  private func refusal(_ world: World, start: Timestamp? = nil) -> Refusal? {
    var submission = world.submission(role: "read")
    submission.start = start
    do {
      _ = try decide(
        .submit(RequestID(bits: 999), submission), by: World.alice, world.state, world.context)
      return nil
    } catch { return error }
  }

  @Test("a freeze stops the ask and the activation, up to its end, and not a start after it")
  func freezes() throws {
    var world = world([Self.freeze()])
    let id = try ask(&world)
    world.pass("1h")
    #expect(world.refusal(.activate(id), World.alice) == .wrongState)
    world.now = time("2026-01-01T12:59:59.999Z")
    #expect(world.refusal(.activate(id), World.alice) == nil)
    world.now = time("2026-01-01T13:00:00Z")
    let other = try ask(&world, start: time("2026-01-05T00:00:00Z"))
    let refused = try #require(refusal(world))
    #expect(refused.code == .frozen)
    #expect(refused.message.contains("the freeze year-end until 2026-01-05T00:00:00.000Z"))
    #expect(refusal(world, start: time("2026-01-04T23:59:59Z"))?.code == .frozen)
    world.now = time("2026-01-05T00:00:00Z")
    #expect(world.refusal(.activate(other), World.alice) == nil)
  }

  @Test("a freeze that comes between approval and activation stops the activation")
  func freezeAfterApproval() throws {
    var world = world([Self.freeze("short", "2026-01-01T12:10:00Z", "2026-01-01T12:20:00Z")])
    let id = try ask(&world)
    world.pass("10m")
    #expect(world.refusal(.activate(id), World.alice) == .frozen)
    world.pass("10m")
    #expect(world.refusal(.activate(id), World.alice) == nil)
  }

  @Test(
    "a freeze lies on what it names",
    arguments: [
      (freeze(databases: [World.name("orders_PROD")]), true),
      (freeze(databases: []), false),
      (freeze(environments: [.production]), true),
      (freeze(environments: [.staging]), false),
      (freeze(roles: [World.name("read")]), true),
      (freeze(roles: [World.name("write")]), false),
      (freeze(except: [World.name("orders-read")]), false),
      (freeze(except: [World.name("orders-write")]), true),
    ])
  func scope(_ freeze: Freeze, _ frozen: Bool) {
    var world = world([freeze])
    world.now = time("2026-01-02T12:00:00Z")
    #expect((refusal(world)?.code == .frozen) == frozen)
  }

  @Test("it is told until when access is stopped, over freezes and windows that follow each other")
  func until() throws {
    let friday = Freeze(name: World.name("fridays"), time: .during([Self.fridays]))
    let world = world(
      [Self.freeze("first", "2026-01-01T00:00:00Z", "2026-01-01T23:30:00Z"), friday],
      windows: [Self.night])
    let rule = try #require(world.policy.entitlements[World.name("orders-read")])
    var ask = world
    ask.policy.freezes = [:]
    ask.now = time("2026-01-01T21:30:00Z")
    let id = try self.ask(&ask)
    let target = Target(try #require(ask.request(id)?.ask))
    // The freeze ends on Friday at 00:30 in Berlin; Friday is frozen; then the night of Saturday's first
    // hours has begun on Friday.
    #expect(
      world.policy.stop(target, under: rule, at: world.now)
        == Stop(
          because: .freeze(World.name("first"), reason: nil), until: time("2026-01-02T23:00:00Z")))
  }

  @Test("neither a freeze nor a closed window ends what is live, or keeps anybody from ending it")
  func liveGoesOn() throws {
    var world = world([Self.freeze()], windows: [])
    let id = try ask(&world)
    world.pass("45m")
    try activate(id, &world)
    world.pass("20m")
    let ask = try #require(world.request(id)?.ask)
    #expect(!world.policy.endsLive(ask, at: world.now))
    #expect(try world.say(.activate(id), World.alice).map(\.kind) == [.credentialReissued])
    #expect(world.refusal(.release(id), World.alice) == nil)
    #expect(world.refusal(.revoke(id, reason: World.written("x")), World.sam) == nil)
  }

  @Test("a freeze that ends grants cuts one that would reach into it, and ends one that does")
  func endsGrants() throws {
    var world = world([Self.freeze(endsGrants: true)])
    let id = try ask(&world)
    world.pass("45m")
    try activate(id, &world)
    let grant = try #require(world.request(id)?.grant)
    #expect(grant.expiresAt == time("2026-01-01T13:00:00Z"))
    #expect(grant.duration == World.span("15m"))
    let ask = try #require(world.request(id)?.ask)
    #expect(!world.policy.endsLive(ask, at: time("2026-01-01T12:59:59Z")))
    #expect(world.policy.endsLive(ask, at: time("2026-01-01T13:00:00Z")))
  }

  @Test("access is given while a window is open, and it is told when the next one opens")
  func windows() throws {
    var world = world(windows: [Self.night])
    let refused = try #require(refusal(world))
    #expect(refused.code == .outsideWindow)
    #expect(refused.message.contains("no window of night before 2026-01-01T21:00:00.000Z"))
    let id = try ask(&world, start: time("2026-01-01T21:00:00Z"))
    #expect(world.refusal(.activate(id), World.alice) == .tooEarly)
    world.now = time("2026-01-01T21:00:00Z")
    #expect(world.refusal(.activate(id), World.alice) == nil)
  }

  @Test("a grant ends with its window only if the rule says so", arguments: [true, false])
  func endsWithWindow(_ ends: Bool) throws {
    var world = world(windows: [Self.night], endsWithWindow: ends)
    world.now = time("2026-01-02T02:45:00Z")
    let id = try ask(&world)
    try activate(id, &world)
    let expected = ends ? "2026-01-02T03:00:00.000Z" : "2026-01-02T03:15:00.000Z"
    #expect(world.request(id)?.grant?.expiresAt.description == expected)
    let ask = try #require(world.request(id)?.ask)
    #expect(world.policy.endsLive(ask, at: time("2026-01-02T03:00:00Z")) == ends)
    if ends {
      let more = ExtensionSubmission(duration: "5m", reason: nil)
      #expect(
        world.refusal(.extend(RequestID(bits: 99), of: id, more), World.alice) == .durationOverMax)
    }
  }

  @Test("more of a grant is access like any other: a freeze stops it")
  func extensionInFreeze() throws {
    var world = world([Self.freeze()])
    let id = try ask(&world)
    world.pass("45m")
    try activate(id, &world)
    let more = ExtensionSubmission(duration: "5m", reason: nil)
    #expect(world.refusal(.extend(RequestID(bits: 99), of: id, more), World.alice) == nil)
    world.pass("16m")
    #expect(world.refusal(.extend(RequestID(bits: 99), of: id, more), World.alice) == .frozen)
  }

  @Test("at one time a person has as many grants on a database as the rule says")
  func concurrent() throws {
    var world = world(concurrent: 1)
    let first = try ask(&world)
    let second = try ask(&world)
    try activate(first, &world)
    #expect(world.refusal(.activate(second), World.alice) == .capReached)
    #expect(refusal(world)?.code == .capReached)
    // Nobody else is in the way, and nothing keeps the first one from a new password.
    #expect(
      world.refusal(.submit(RequestID(bits: 99), world.submission(role: "read")), World.bob) == nil)
    #expect(world.refusal(.activate(first), World.alice) == nil)
    try world.say(.release(first), World.alice)
    #expect(world.refusal(.activate(second), World.alice) == .capReached)
    world.see(.ended(first, GrantTests.receipt))
    #expect(world.refusal(.activate(second), World.alice) == nil)
  }

  @Test("what a person had today counts, live or over, and each grant once")
  func perDay() throws {
    var world = world(perDay: DailyCap(grants: 2))
    let live = try ask(&world)
    let next = try ask(&world)
    try activate(live, &world)
    #expect(world.refusal(.activate(next), World.alice) == nil)
    func past(_ id: RequestID, _ rule: String = "orders-read") -> History.Past {
      History.Past(request: id, entitlement: World.name(rule), duration: World.span("30m"))
    }
    // The ledger may know of the live one as well.
    world.history.today = [past(live)]
    #expect(world.refusal(.activate(next), World.alice) == nil)
    world.history.today = [past(live), past(RequestID(bits: 77), "orders-write")]
    #expect(world.refusal(.activate(next), World.alice) == nil)
    world.history.today = [past(live), past(RequestID(bits: 77))]
    #expect(world.refusal(.activate(next), World.alice) == .capReached)
    #expect(refusal(world)?.code == .capReached)
    // What begins on another day is counted then.
    #expect(refusal(world, start: time("2026-01-02T12:00:00Z")) == nil)
  }

  @Test("the time of a day is shared by its grants, and what is left is told")
  func perDayTime() throws {
    var world = world(perDay: DailyCap(duration: World.span("1h")))
    let live = try ask(&world, for: "40m")
    try activate(live, &world)
    let refused = try #require(refusal(world))
    #expect(refused.code == .capReached)
    #expect(refused.hint == "ask for at most 20m")
    let rest = try ask(&world, for: "20m")
    #expect(world.refusal(.activate(rest), World.alice) == nil)
    let more = ExtensionSubmission(duration: "21m", reason: nil)
    #expect(
      world.refusal(.extend(RequestID(bits: 99), of: live, more), World.alice) == .durationOverMax)
    let bit = ExtensionSubmission(duration: "19m", reason: nil)
    #expect(world.refusal(.extend(RequestID(bits: 99), of: live, bit), World.alice) == nil)
  }
}
