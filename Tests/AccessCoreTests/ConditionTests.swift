import Testing

@testable import AccessCore

@Suite("Steps that are needed under conditions")
struct ConditionTests {
  private static let security = Party.group(World.name("security"))
  private let approve = ReviewSubmission(verdict: .approve)

  private static let office = Window(
    name: World.name("office-hours"),
    spans: [
      .init(
        zone: berlin, days: [.mon, .tue, .wed, .thu, .fri], from: 9 * 3_600_000,
        to: 17 * 3_600_000)
    ])

  /// One of the DBAs always, and somebody of security under conditions.
  private func world(_ conditions: [Condition], denyThreshold: Int = 1) -> World {
    var world = World()
    // A Thursday, 13:00 in Berlin.
    world.now = time("2026-01-01T12:00:00Z")
    let rule = World.entitlement(
      review: .steps([
        ReviewStep(from: .group(World.name("dba")), count: 1, denyThreshold: denyThreshold),
        ReviewStep(from: Self.security, count: 1, when: conditions),
      ]))
    world.policy.entitlements[rule.name] = rule
    return world
  }

  private func isApproved(_ id: RequestID, _ world: World) -> Bool {
    if case .approved? = world.request(id)?.stage { true } else { false }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let conditions: [Condition]
    let applies: Bool
    var change: @Sendable (inout World, inout Submission) -> Void = { _, _ in }
  }

  static let cases: [Case] = [
    Case(testDescription: "none", conditions: [], applies: true),
    Case(
      testDescription: "its environment", conditions: [Condition(environments: [.production])],
      applies: true),
    Case(
      testDescription: "another environment",
      conditions: [Condition(environments: [.staging, .testing])], applies: false),
    Case(
      testDescription: "its role", conditions: [Condition(roles: [World.name("write")])],
      applies: true),
    Case(
      testDescription: "another role", conditions: [Condition(roles: [World.name("read")])],
      applies: false),
    Case(
      testDescription: "longer than 30m, for 30m",
      conditions: [Condition(longerThan: World.span("30m"))], applies: false),
    Case(
      testDescription: "longer than 30m, for 30m1s",
      conditions: [Condition(longerThan: World.span("30m"))], applies: true
    ) { $1.duration = "30m1s" },
    Case(
      testDescription: "outside office hours, within them",
      conditions: [Condition(outside: [office])], applies: false),
    Case(
      testDescription: "outside office hours, before nine",
      conditions: [Condition(outside: [office])], applies: true
    ) { world, _ in world.now = time("2026-01-01T07:59:59Z") },
    Case(
      testDescription: "outside office hours, on a Saturday",
      conditions: [Condition(outside: [office])], applies: true
    ) { world, _ in world.now = time("2026-01-03T12:00:00Z") },
    Case(
      testDescription: "outside office hours, by the start that is asked for",
      conditions: [Condition(outside: [office])], applies: true
    ) { $1.start = time("2026-01-01T20:00:00Z") },
    Case(
      testDescription: "first time, and it is", conditions: [Condition(firstTime: true)],
      applies: true
    ) { world, _ in world.history.isFirstTime = true },
    Case(
      testDescription: "first time, and it is not", conditions: [Condition(firstTime: true)],
      applies: false),
    Case(
      testDescription: "not the first time, and it is", conditions: [Condition(firstTime: false)],
      applies: false
    ) { world, _ in world.history.isFirstTime = true },
    Case(
      testDescription: "break-glass, and it is not", conditions: [Condition(breakGlass: true)],
      applies: false),
    Case(
      testDescription: "two at once, of which one holds",
      conditions: [Condition(environments: [.production], longerThan: World.span("45m"))],
      applies: false),
    Case(
      testDescription: "one of two",
      conditions: [Condition(environments: [.staging]), Condition(roles: [World.name("write")])],
      applies: true),
  ]

  @Test("a step is needed just when its conditions hold", arguments: cases)
  func conditions(_ item: Case) throws {
    var world = world(item.conditions)
    var submission = world.submission()
    item.change(&world, &submission)
    let id = try world.ask(submission)
    if !item.applies {
      #expect(world.refusal(.review(id, approve), World.sam) == .notReviewer)
    }
    try world.say(.review(id, approve), World.dana)
    #expect(isApproved(id, world) == !item.applies)
    guard item.applies else { return }
    try world.say(.review(id, approve), World.sam)
    #expect(isApproved(id, world))
  }

  @Test("conditions hold again at activation: what was approved in office hours is reopened after")
  func reopened() throws {
    var world = world([Condition(outside: [Self.office])])
    let rule = try #require(world.policy.entitlements[World.name("orders-write")])
    let patient = Entitlement(
      name: rule.name, requesters: rule.requesters, databases: rule.databases, roles: rule.roles,
      maxDuration: rule.maxDuration, review: rule.review, reviewWithin: World.span("1d"),
      activateWithin: World.span("1d"))
    world.policy.entitlements[rule.name] = patient
    let id = try world.ask()
    try world.say(.review(id, approve), World.dana)
    #expect(isApproved(id, world))
    world.pass("5h")
    try world.say(.activate(id), World.alice)
    #expect(world.entries.last?.event.kind == .requestReopened)
    #expect(world.refusal(.activate(id), World.alice) == .needsReview)

    // The next morning the reviews that exist are enough again.
    var morning = world
    morning.pass("15h")
    try morning.say(.activate(id), World.alice)
    #expect(morning.entries.suffix(2).map(\.event.kind) == [.requestApproved, .grantActivating])

    // And in the night with the one that was missing.
    try world.say(.review(id, approve), World.sam)
    try world.say(.activate(id), World.alice)
    #expect(world.entries.last?.event.kind == .grantActivating)
  }

  @Test("more of a grant is judged by all of its time")
  func extensionsAddUp() throws {
    var world = world([Condition(longerThan: World.span("40m"))])
    let id = try world.ask()
    try world.say(.review(id, approve), World.dana)
    try world.say(.activate(id), World.alice)
    world.see(.activated(id, world.identity(id)))
    let more = world.freshID()
    try world.say(
      .extend(more, of: id, .init(duration: "15m", reason: World.written("INC-1"))), World.alice)
    try world.say(.review(more, approve), World.dana)
    #expect(world.request(more)?.isClosed == false)
    try world.say(.review(more, approve), World.sam)
    #expect(world.request(id)?.duration == World.span("45m"))
  }

  @Test("where no step would apply, all do: only the word none means nobody")
  func neverNobody() {
    let steps = [
      ReviewStep(
        from: Self.security, count: 1, when: [Condition(environments: [.development])])
    ]
    var world = World()
    let rule = World.entitlement(review: .steps(steps))
    world.policy.entitlements[rule.name] = rule
    #expect(throws: Never.self) {
      let id = try world.ask()
      #expect(!isApproved(id, world))
      try world.say(.review(id, approve), World.sam)
      #expect(isApproved(id, world))
    }
  }

  @Test("it takes as many denials as the step says")
  func denyThreshold() throws {
    var world = world([], denyThreshold: 2)
    let deny = ReviewSubmission(verdict: .deny, comment: World.written("no"))
    let id = try world.ask()
    #expect(try world.say(.review(id, deny), World.dana).map(\.kind) == [.reviewRecorded])
    #expect(world.refusal(.review(id, deny), World.dana) == .alreadyReviewed)
    #expect(
      try world.say(.review(id, deny), World.drew).map(\.kind) == [.reviewRecorded, .requestDenied])

    // Security's threshold is one.
    let other = try world.ask()
    #expect(
      try world.say(.review(other, deny), World.sam).map(\.kind)
        == [.reviewRecorded, .requestDenied])
  }

  @Test("a person's last word counts")
  func lastWord() throws {
    var world = world([], denyThreshold: 2)
    let deny = ReviewSubmission(verdict: .deny, comment: World.written("no"))
    let id = try world.ask()
    try world.say(.review(id, approve), World.dana)
    try world.say(.review(id, deny), World.dana)
    try world.say(.review(id, approve), World.sam)
    #expect(!isApproved(id, world))
    try world.say(.review(id, approve), World.dana)
    #expect(isApproved(id, world))
  }

  @Test("an approval says by which rule, also when nobody was asked")
  func ruleIsWritten() throws {
    var world = world([])
    _ = try world.ask(world.submission(role: "read"))
    guard case .requestApproved(_, let approved)? = world.entries.last?.event else {
      Issue.record("not approved")
      return
    }
    #expect(approved.rule?.text == "orders-read" && approved.by.isEmpty)
  }
}
