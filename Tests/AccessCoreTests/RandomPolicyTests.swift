import Testing

@testable import AccessCore

/// Random rules, and random people who say random things about a request.
@Suite("Whatever a policy says")
struct RandomPolicyTests {
  private static let people = (1...8).map { World.person("p\($0)") }
  /// The key of each.
  private static let keys = "abcdefgh".map(World.key)
  private static let groups: [GroupName] = ["a", "b", "c"].map { World.name($0) }
  private static let rule: EntitlementName = World.name("random")

  /// What somebody says, signed with a key or not.
  private struct Word: Sendable {
    let caller: Caller
    let verdict: Verdict
    var duration: String?
    let key: SSHKey?
  }

  /// One rule, a request by it, and what is said of it in this order.
  private struct Scene {
    var world: World
    let id: RequestID
    let requester: Principal
    var words: [Word]

    func review(_ word: Word) throws -> ReviewSubmission {
      let statement = try world.statement(
        id, by: word.caller, word.verdict, shortened: word.duration)
      return ReviewSubmission(
        verdict: word.verdict, duration: word.duration, comment: World.written("c"),
        signature: word.key.map { World.sign(statement, with: $0) })
    }
  }

  private static func scene(_ seed: UInt64) throws -> Scene {
    var random = SeededGenerator(seed: seed)
    var world = World()
    world.history.isFirstTime = Bool.random(using: &random)
    world.policy.reviewsNotBy = pick([[], [], [.token], [.peer]], &random)
    for group in groups {
      let members = people.filter { _ in Bool.random(using: &random) }
      world.policy.groups[group] = Set(members.map(\.principal))
    }
    for (person, key) in zip(people, keys) where Int.random(in: 0..<4, using: &random) > 0 {
      world.policy.signers[person.principal] = [key]
    }
    let requester = pick(people, &random)
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
    let duration = pick(["10m", "30m", "1h"], &random)
    let id = try world.ask(world.submission(for: duration), as: requester)
    let words = (0..<18).map { _ in word(&random) }
    return Scene(world: world, id: id, requester: requester.principal, words: words)
  }

  private static func step(_ random: inout SeededGenerator, when: [Condition]) -> ReviewStep {
    ReviewStep(
      from: pick(groups.map(Party.group) + [.person(people[0].principal)], &random),
      count: Int.random(in: 1...2, using: &random),
      needsSignature: Int.random(in: 0..<3, using: &random) == 0,
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

  /// Sometimes signed, sometimes with the key of somebody else.
  private static func word(_ random: inout SeededGenerator) -> Word {
    let index = Int.random(in: people.indices, using: &random)
    let verdict: Verdict = Int.random(in: 0..<8, using: &random) == 0 ? .deny : .approve
    let duration = pick([nil, nil, "1m", "5m", "20m", "2h"], &random)
    let isByToken = Int.random(in: 0..<4, using: &random) == 0
    return Word(
      caller: Caller(
        principal: people[index].principal,
        proof: isByToken ? .token(RequestID(bits: 500)) : .peer(uid: 1_000)),
      verdict: verdict, duration: verdict == .approve ? duration : nil,
      key: pick([nil, keys[index], keys[index], pick(keys, &random)], &random))
  }

  private static func pick<Element>(
    _ elements: [Element], _ random: inout SeededGenerator
  ) -> Element { elements[Int.random(in: elements.indices, using: &random)] }

  /// Says the words, and shows the request after each. A refusal is an answer as well.
  private func play(
    _ scene: Scene, _ words: [Word], _ look: (World, Request) throws -> Void = { _, _ in }
  )
    throws -> Request
  {
    var world = scene.world
    for word in words {
      let review = try scene.review(word)
      do { try world.say(.review(scene.id, review), word.caller) } catch { continue }
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
      let policy = world.policy
      let rule = try #require(policy.rule(for: request.ask))
      let needed = rule.review.applying(
        in: world.state.circumstances(of: request.ask, now: world.now, world.history))
      guard case .steps(let steps) = needed else { return }
      for review in request.reviews {
        #expect(review.reviewer != scene.requester)
        #expect(!policy.reviewsNotBy.contains(review.method))
        #expect(review.signedWith.map { policy.signers[review.reviewer] == [$0] } ?? true)
      }
      let approvers = Set(request.approvals.map(\.reviewer))
      let signed = Set(request.approvals.filter { $0.signedWith != nil }.map(\.reviewer))
      let slots = steps.flatMap { step in
        let able = policy.people(in: step.from)
        return Array(
          repeating: step.needsSignature ? able.intersection(signed) : able, count: step.count)
      }
      #expect(isApproved(request) == canFill(slots[...], approvers))
    }
  }

  @Test("random reviews come to every end, signed and not")
  func scenesDiffer() throws {
    let ends = try (UInt64(1)...300).map { seed in
      let scene = try Self.scene(seed)
      let request = try play(scene, scene.words)
      let isSigned = request.reviews.contains { $0.signedWith != nil }
      return "\(request.stage.word)\(isSigned ? ", signed" : "")"
    }
    for end in ["pending", "approved", "denied"].flatMap({ [$0, "\($0), signed"] }) {
      #expect(ends.count { $0 == end } >= 5, "\(end)")
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

  @Test("to approve for less never makes it longer", arguments: 1...150)
  func shorteningNeverLengthens(_ seed: UInt64) throws {
    let scene = try Self.scene(seed)
    let request = try play(scene, scene.words)
    let asked = request.ask.duration
    for (index, word) in scene.words.enumerated() where word.verdict == .approve {
      // What is more than was asked is refused, and would be taken if it were less.
      guard word.duration.map({ World.span($0) <= asked }) ?? true else { continue }
      var shorter = scene.words
      shorter[index].duration = word.duration == "1m" ? "30s" : "1m"
      let shortened = try play(scene, shorter)
      #expect(isApproved(shortened) == isApproved(request))
      if isApproved(request) { #expect(shortened.duration <= request.duration) }
    }
  }

  @Test(
    "to leave out what somebody approved never helps", arguments: 1...150)
  func approvalsOnlyHelp(_ seed: UInt64) throws {
    let scene = try Self.scene(seed)
    let isApprovedByAll = isApproved(try play(scene, scene.words))
    for index in scene.words.indices where scene.words[index].verdict == .approve {
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
