import Testing

@testable import AccessCore

@Suite("residue")
struct ResidueTests {
  private static let table = Residue(
    database: "orders", kind: "table", name: "t", note: "owned by the role; it holds data")
  private static let view = Residue(database: "orders", kind: "view", name: "v", note: nil)

  /// A grant that has to end and cannot.
  private func stuck(_ residue: ResiduePolicy = .keep) throws -> (World, RequestID) {
    var world = World()
    let rule = World.entitlement(review: World.bothSteps, residue: residue)
    world.policy.entitlements[rule.name] = rule
    let id = try world.active()
    try world.say(.release(id), World.alice)
    world.see(.stuck(id, Self.obstacle))
    return (world, id)
  }

  private static let obstacle = Grant.Obstacle(
    because: .residue, fenced: true, note: "1 table", overrunMs: 12, residue: [table])

  private func fate(_ world: World, _ id: RequestID) -> ResidueFate? {
    world.state.requests[id]?.grant?.revocationTarget.residue
  }

  @Test(
    "what the policy says about it is pinned when activation begins",
    arguments: [
      (ResiduePolicy.keep, ResidueFate.keep), (.drop, .drop),
    ])
  func pinned(policy: ResiduePolicy, expected: ResidueFate) throws {
    var (world, id) = try stuck(policy)
    world.policy = World.policy
    #expect(fate(world, id) == expected)
  }

  @Test("it is recorded once, however often it is seen")
  func foundOnce() throws {
    var (world, id) = try stuck()
    let first = world.see(.residue(id, [Self.table]))
    #expect(first == [.residueFound(id, ResidueFound(residue: [Self.table]))])
    #expect(world.see(.residue(id, [Self.table])) == [])
    let news = world.see(.residue(id, [Self.table, Self.view]))
    #expect(news == [.residueFound(id, ResidueFound(residue: [Self.view]))])
    #expect(world.state.requests[id]?.grant?.found == [Self.table, Self.view])
  }

  @Test("as much of it is recorded as an entry can hold, whatever the names are")
  func bounded() throws {
    var (world, id) = try stuck()
    let long = String(repeating: "\u{1}", count: 2_000)
    let many = (0..<1_000).map {
      Residue(database: "orders", kind: "table", name: "\(long)\($0)", note: nil)
    }
    #expect((1...Limits.residueListedMax).contains(many.listed.count))
    let short = (0..<1_000).map {
      Residue(database: "orders", kind: "table", name: "t\($0)", note: nil)
    }
    #expect(short.listed.count == Limits.residueListedMax)
    #expect(short.listed.reduce(0) { $0 + $1.count } == short.count, "and the rest is counted")
    #expect(short.listed.last?.name == "(and 901 more)")
    #expect(world.see(.residue(id, short)).count == 1)
    #expect(world.see(.residue(id, short + many)).isEmpty, "the list is full")
  }

  @Test("of a kind that was counted, others that are named the next time are no news")
  func counted() throws {
    var (world, id) = try stuck()
    let named = Residue(database: "orders", kind: "large object", name: "1", note: nil)
    let rest = Residue.rest(99_999, of: "large object", in: "orders", note: nil)
    world.see(.residue(id, [named, rest]))
    let other = Residue(database: "orders", kind: "large object", name: "2", note: nil)
    let fewer = Residue.rest(50_000, of: "large object", in: "orders", note: nil)
    #expect(world.see(.residue(id, [other, fewer])) == [])
    let elsewhere = Residue(database: "sales", kind: "large object", name: "2", note: nil)
    #expect(
      world.see(.residue(id, [other, elsewhere, Self.view]))
        == [.residueFound(id, ResidueFound(residue: [elsewhere, Self.view]))])
    #expect(rest.count == 99_999 && named.count == 1)
  }

  @Test("ten times as much takes about ten times as long, and not a hundred times")
  func linear() {
    func seconds(_ count: Int) -> Double {
      let known = (0..<count).map {
        Residue(database: "orders", kind: "large object", name: "\($0)", note: nil)
      }
      let began = ContinuousClock.now
      #expect(known.adding(known).count == count)
      #expect(known.listed.count == Limits.residueListedMax)
      return (ContinuousClock.now - began) / .seconds(1)
    }
    _ = seconds(1_000)
    let few = (0..<3).map { _ in seconds(10_000) }.min() ?? 0
    #expect(seconds(100_000) < max(few * 40, 1))
  }

  @Test(
    "a decision takes `operate` or the admin socket, and only about what is stuck",
    arguments: [
      (World.drew, Refusal.Code?.none), (World.root, .none), (World.alice, .notAuthorised),
      (World.sam, .notAuthorised), (World.mallory, .unknownRequest),
    ])
  func whoDecides(_ caller: Caller, _ expected: Refusal.Code?) throws {
    var (world, id) = try stuck()
    #expect(world.refusal(.decideResidue(id, .drop), caller) == expected)
    #expect(world.refusal(.lookAtResidue(id), caller) == expected)
    #expect(world.refusal(.forget(id, why: World.written("scrapped")), caller) == expected)
    world.see(.ended(id, GrantTests.receipt))
    if expected == nil {
      #expect(world.refusal(.decideResidue(id, .drop), caller) == .wrongState)
      #expect(world.refusal(.forget(id, why: World.written("x")), caller) == .wrongState)
    }
  }

  @Test("a decision comes before the policy, and the last one counts")
  func decided() throws {
    var (world, id) = try stuck()
    try world.say(.decideResidue(id, .give(to: "app_owner")), World.drew)
    #expect(fate(world, id) == .give(to: "app_owner"))
    try world.say(.decideResidue(id, .drop), World.root)
    #expect(fate(world, id) == .drop)
    #expect(world.entries.last?.event.kind == .residueDecided)
  }

  @Test(
    "nothing is given to the role itself, nor to what cannot be a role",
    arguments: [
      "", String(repeating: "x", count: 64), "a\0b", "jit_alice_00000001",
    ])
  func heirs(_ name: String) throws {
    let (world, id) = try stuck()
    let role = try #require(world.state.requests[id]?.grant?.roleName)
    let heir = name.hasPrefix("jit_") ? role : name
    #expect(world.refusal(.decideResidue(id, .give(to: heir)), World.root) == .usage)
  }

  @Test("who forgets a grant has to say why, and its history is over then")
  func forgotten() throws {
    var (world, id) = try stuck()
    #expect(world.refusal(.forget(id, why: nil), World.root) == .usage)
    #expect(world.refusal(.forget(id, why: World.written("")), World.root) == .usage)
    try world.say(.forget(id, why: World.written("the server was scrapped")), World.root)
    #expect(world.state.requests.isEmpty)
    #expect(world.request(id)?.isClosed == true)
    #expect(world.see(.ended(id, GrantTests.receipt)).isEmpty)
    #expect(world.refusal(.forget(id, why: World.written("again")), World.root) == .wrongState)
  }
}
