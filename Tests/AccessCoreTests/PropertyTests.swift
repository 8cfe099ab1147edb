import Testing

@testable import AccessCore

/// Whole lives at random: whatever people do in whatever order, what the design promises holds.
@Suite("Whatever happens")
struct PropertyTests {
  private static let people = [
    World.alice, World.bob, World.dana, World.drew, World.olga, World.sam, World.audrey,
    World.mallory, World.root,
  ]

  private func step(_ world: inout World, _ ids: inout [RequestID], _ random: inout SeededGenerator)
  {
    let caller = Self.people.randomElement(using: &random) ?? World.alice
    let id = ids.randomElement(using: &random) ?? RequestID(bits: 999)
    let verdict: Verdict = Int.random(in: 0..<5, using: &random) == 0 ? .deny : .approve
    let duration = [nil, "5m", "40m", "2h"].randomElement(using: &random) ?? nil
    let review = ReviewSubmission(verdict: verdict, duration: duration, comment: World.written("c"))
    let range = LockdownTests.ranges.randomElement(using: &random) ?? .everything
    do {
      switch Int.random(in: 0..<18, using: &random) {
      case 0, 1:
        let role = Bool.random(using: &random) ? "write" : "read"
        ids.append(try world.ask(world.submission(role: role), as: caller))
      case 2, 3, 4, 5: try world.say(.review(id, review), caller)
      case 6: try world.say(.cancel(id), caller)
      case 7, 8: try world.say(.activate(id), caller)
      case 9: try world.say(.release(id), caller)
      case 10: try world.say(.revoke(id, reason: World.written("r")), caller)
      case 11: world.see(.activated(id, world.identity(id)))
      case 12: world.see(.ended(id, GrantTests.receipt))
      case 13, 14:
        let new = world.freshID()
        let more = ExtensionSubmission(
          duration: ["5m", "20m"].randomElement(using: &random) ?? "5m",
          reason: World.written("INC-7 more"))
        try world.say(.extend(new, of: id, more), caller)
        ids.append(new)
      case 15: try world.say(.lockDown(range), caller)
      case 16: try world.say(.liftLockdown(range), caller)
      default:
        world.pass(["1s", "10m", "3h"].randomElement(using: &random) ?? "1s")
        for id in ids {
          world.see(.lapsed(id))
          world.see(.expired(id, wall: world.now, world.boot))
        }
      }
    } catch {
      // A refusal is an answer; that it changes nothing is what the properties below say.
    }
  }

  @Test("no approval without what the policy asks, and none by the requester", arguments: 1...40)
  func approvalsAreEarned(_ seed: UInt64) {
    var (world, ids, random) = (World(), [RequestID](), SeededGenerator(seed: seed))
    for _ in 0..<400 {
      let before = world.entries.count
      step(&world, &ids, &random)
      for entry in world.entries[before...] {
        guard case .requestApproved(let id, let approved) = entry.event,
          let request = world.request(id), request.ask.role.text == "write"
        else { continue }
        #expect(!approved.by.contains(request.ask.requester))
        let dba = world.policy.people(in: .group(World.name("dba")))
        let owners = world.policy.people(in: .group(World.name("owners")))
        #expect(Set(approved.by).count >= 2)
        #expect(!dba.isDisjoint(with: approved.by) && !owners.isDisjoint(with: approved.by))
        #expect(approved.duration <= request.ask.duration)
      }
    }
  }

  @Test("every grant was approved, runs at most as long, and ends once", arguments: 1...40)
  func grantsFollowApprovals(_ seed: UInt64) {
    var (world, ids, random) = (World(), [RequestID](), SeededGenerator(seed: seed + 1_000))
    for _ in 0..<400 { step(&world, &ids, &random) }
    for id in ids {
      let events = world.entries.filter { $0.event.request == id }.map(\.event)
      let kinds = events.map(\.kind)
      #expect(kinds.count { $0 == .grantEnded } <= 1)
      #expect(kinds.count { $0 == .grantRevoking } <= 1)
      #expect(kinds.count { $0 == .grantActivated } <= 1)
      if let activating = kinds.firstIndex(of: .grantActivating) {
        #expect(kinds[..<activating].contains(.requestApproved))
      }
      for case .grantActivating(_, let grant) in events {
        #expect(grant.duration <= World.span("1h"))
      }
      for case .grantExtended(_, let extended) in events {
        #expect(extended.duration <= World.span("1h"))
        #expect(world.request(extended.by)?.ask.extends == id)
      }
      if let revoking = kinds.firstIndex(of: .grantRevoking) {
        #expect(!kinds[revoking...].contains(.grantExtended))
      }
    }
  }

  @Test("the state is what the entries say, however they are read", arguments: 1...20)
  func stateIsItsEntries(_ seed: UInt64) {
    var (world, ids, random) = (World(), [RequestID](), SeededGenerator(seed: seed + 2_000))
    for _ in 0..<300 { step(&world, &ids, &random) }
    let live = world.entries.filter { $0.event.subject.map(world.state.holds) ?? false }
    let reread = State(of: live, nextSeq: world.state.nextSeq, newest: world.state.newest)
    #expect(reread == world.state)
    for request in world.state.requests.values { #expect(world.request(request.id) == request) }
  }

  @Test("removing a reviewer's approval never helps", arguments: 1...200)
  func approvalsAreMonotonic(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let people = Self.people.map(\.principal)
    let steps = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      ReviewStep(
        from: [
          .group(World.name("dba")), .group(World.name("owners")), .person(World.sam.principal),
        ]
        .randomElement(using: &random) ?? .group(World.name("dba")),
        count: Int.random(in: 1...2, using: &random))
    }
    let approvals = Set(people.filter { _ in Bool.random(using: &random) })
    let requester = people.randomElement(using: &random) ?? World.alice.principal
    func filled(_ approvals: Set<Principal>) -> Int {
      World.policy.progress(under: .steps(steps), approvals: approvals, requester: requester)
        .needs.reduce(0) { $0 + $1.have }
    }
    let all = filled(approvals)
    #expect(all <= approvals.subtracting([requester]).count)
    for person in approvals { #expect(filled(approvals.subtracting([person])) <= all) }
    #expect(filled(approvals.union([requester])) == filled(approvals.subtracting([requester])))
  }
}
