import Testing

@testable import AccessCore

/// Random rules, and random people who say random things about a request.
@Suite("Whatever a policy says")
struct RandomPolicyTests {
  private static let people = (1...8).map { World.person("p\($0)") }
  private static let groups: [GroupName] = ["a", "b", "c"].map { World.name($0) }
  private static let rule: EntitlementName = World.name("random")

  private struct Word: Sendable {
    let caller: Caller
    let review: ReviewSubmission
  }

  /// One rule, a request by it, and what is said of it in this order.
  private struct Scene {
    var world: World
    let id: RequestID
    let requester: Principal
    let words: [Word]
  }

  private static func scene(_ seed: UInt64) throws -> Scene {
    var random = SeededGenerator(seed: seed)
    var world = World()
    world.history.isFirstTime = Bool.random(using: &random)
    for group in groups {
      let members = people.filter { _ in Bool.random(using: &random) }
      world.policy.groups[group] = Set(members.map(\.principal))
    }
    let requester = people.randomElement(using: &random) ?? people[0]
    let always = step(&random, when: [])
    let steps =
      [always]
      + (0..<Int.random(in: 0...2, using: &random)).map { _ in
        step(&random, when: conditions(&random))
      }
    world.policy.entitlements = [
      rule: Entitlement(
        name: rule, requesters: [.person(requester.principal)],
        databases: [World.name("orders_PROD")], roles: [World.name("write")],
        maxDuration: World.span("1h"), review: .steps(steps.shuffled(using: &random)),
        reviewWithin: World.span("4h"), activateWithin: World.span("1h"))
    ]
    let duration = ["10m", "30m", "1h"].randomElement(using: &random) ?? "30m"
    let id = try world.ask(world.submission(for: duration), as: requester)
    let words = (0..<14).map { _ in word(&random) }
    return Scene(world: world, id: id, requester: requester.principal, words: words)
  }

  private static func step(_ random: inout SeededGenerator, when: [Condition]) -> ReviewStep {
    let parties = groups.map(Party.group) + [.person(people[0].principal)]
    return ReviewStep(
      from: parties.randomElement(using: &random) ?? parties[0],
      count: Int.random(in: 1...2, using: &random),
      denyThreshold: Int.random(in: 1...2, using: &random), when: when)
  }

  private static func conditions(_ random: inout SeededGenerator) -> [Condition] {
    let all = [
      Condition(roles: [World.name("write")]), Condition(roles: [World.name("read")]),
      Condition(longerThan: World.span("20m")), Condition(firstTime: true),
      Condition(environments: [.staging]),
      Condition(longerThan: World.span("20m"), firstTime: false),
    ]
    return Array(all.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)))
  }

  private static func word(_ random: inout SeededGenerator) -> Word {
    let verdict: Verdict = Int.random(in: 0..<6, using: &random) == 0 ? .deny : .approve
    let duration = [nil, nil, "1m", "5m", "20m", "2h"].randomElement(using: &random) ?? nil
    return Word(
      caller: people.randomElement(using: &random) ?? people[0],
      review: ReviewSubmission(
        verdict: verdict, duration: verdict == .approve ? duration : nil,
        comment: World.written("c")))
  }

  /// Says the words, and shows the request after each. A refusal is an answer as well.
  private func play(
    _ scene: Scene, _ words: [Word], _ look: (World, Request) throws -> Void = { _, _ in }
  )
    throws -> Request
  {
    var world = scene.world
    for word in words {
      do { try world.say(.review(scene.id, word.review), word.caller) } catch { continue }
      let request = try #require(world.request(scene.id))
      try look(world, request)
    }
    return try #require(world.request(scene.id))
  }

  private func isApproved(_ request: Request) -> Bool {
    if case .approved = request.stage { true } else { false }
  }

  /// Tries every way of giving people to slots.
  private func canFill(_ slots: ArraySlice<Set<Principal>>, _ people: Set<Principal>) -> Bool {
    guard let slot = slots.first else { return true }
    return slot.intersection(people).contains { person in
      canFill(slots.dropFirst(), people.subtracting([person]))
    }
  }

  @Test(
    "a request is approved just when different people, not the requester, fill each step that applies",
    arguments: 1...300)
  func approvedAsAsked(_ seed: UInt64) throws {
    let scene = try Self.scene(seed)
    _ = try play(scene, scene.words) { world, request in
      let rule = try #require(world.policy.rule(for: request.ask))
      let needed = rule.review.applying(
        in: world.state.circumstances(of: request.ask, now: world.now, world.history))
      guard case .steps(let steps) = needed else { return }
      let slots = steps.flatMap { step in
        Array(repeating: world.policy.people(in: step.from), count: step.count)
      }
      let approvers = Set(request.approvals.map(\.reviewer))
      #expect(!approvers.contains(scene.requester))
      let others = approvers.subtracting([scene.requester])
      #expect(isApproved(request) == canFill(slots[...], others))
    }
  }

  @Test(
    "what reviewers shorten is never longer than any of them said",
    arguments: 1...300)
  func shorteningShortens(_ seed: UInt64) throws {
    let scene = try Self.scene(seed)
    let request = try play(scene, scene.words) { _, request in
      #expect(request.duration <= request.ask.duration)
    }
    guard isApproved(request) else { return }
    for said in request.reviews.compactMap(\.duration) { #expect(request.duration <= said) }
  }

  @Test(
    "to leave out what somebody approved never helps", arguments: 1...150)
  func approvalsOnlyHelp(_ seed: UInt64) throws {
    let scene = try Self.scene(seed)
    let isApprovedByAll = isApproved(try play(scene, scene.words))
    for index in scene.words.indices where scene.words[index].review.verdict == .approve {
      var fewer = scene.words
      fewer.remove(at: index)
      if isApproved(try play(scene, fewer)) { #expect(isApprovedByAll) }
    }
  }

  @Test(
    "the same inputs have the same answer, in whatever order sets keep them",
    arguments: 1...100)
  func sameAnswer(_ seed: UInt64) throws {
    let scene = try Self.scene(seed)
    var other = scene
    // Equal sets, with other capacities and so in another order.
    for group in Self.groups {
      var members = Set<Principal>(minimumCapacity: 1_000)
      members.formUnion(scene.world.policy.groups[group, default: []])
      other.world.policy.groups[group] = members
    }
    let entries = try answers(scene)
    #expect(try answers(scene) == entries)
    #expect(try answers(other) == entries)
  }

  private func answers(_ scene: Scene) throws -> [Entry] {
    var entries: [Entry] = []
    _ = try play(scene, scene.words) { world, _ in entries = world.entries }
    return entries
  }
}
