import Testing

@testable import AccessCore

@Suite("What each rule says to somebody who would ask")
struct ExplainTests {
  private func explain(
    _ person: String? = nil, role: String = "write", for duration: String = "30m",
    to caller: Caller, in world: World = World()
  ) throws(Refusal) -> [Explanation] {
    let question = Question(
      person: person, database: "orders_PROD", role: role, duration: duration)
    return try AccessCore.explain(
      question, to: caller, world.policy, now: world.now, world.history)
  }

  @Test("one's own rules are told: which fits, who could approve, and why another does not fit")
  func own() throws {
    let said = try explain(to: World.alice)
    #expect(said.map(\.rule.text) == ["orders-write", "orders-read"])
    #expect(said[0].objections.isEmpty)
    #expect(said[0].needs.map(\.from.text) == ["dba", "owners"])
    #expect(said[0].needs.map { $0.people.map(\.text) } == [["dana", "drew"], ["dana", "olga"]])
    #expect(said[1].objections == ["it is for read, not for write"])
  }

  @Test("a rule for other databases is told with as many of them as one can read")
  func otherDatabases() throws {
    var world = World()
    let rule = Entitlement(
      name: World.name("elsewhere"), requesters: [.group(World.name("backend"))],
      databases: Set((1...7).map { World.name("d\($0)") }), roles: [World.name("write")],
      maxDuration: World.span("1h"), review: .automatic, reviewWithin: World.span("4h"),
      activateWithin: World.span("1h"))
    world.policy.entitlements = [rule.name: rule]
    let said = try explain(role: "read", to: World.alice, in: world)
    #expect(
      said.map(\.objections) == [
        [
          "it is for d1, d2, d3, d4, d5 and 2 more, not for orders_PROD",
          "it is for write, not for read",
        ]
      ])
    #expect(try explain("sam", to: World.dana, in: world).isEmpty)
  }

  @Test("everything that speaks against it is said")
  func objections() throws {
    let said = try explain("sam", role: "read", for: "2h", to: World.dana)
    #expect(
      said.map(\.objections) == [
        ["it is for backend, and sam is not among them", "2h is more than 1h"],
        [
          "it is for backend, and sam is not among them", "it is for write, not for read",
          "2h is more than 1h",
        ],
      ])
  }

  @Test(
    "steps that are not needed are told with the conditions that do not hold, and what stops it")
  func circumstances() throws {
    var world = World()
    let night = Window(
      name: World.name("night"), spans: [.init(zone: .utc, days: [.mon], from: 0, to: 1)])
    let rule = World.entitlement(
      review: .steps([
        ReviewStep(from: .group(World.name("dba")), count: 1),
        ReviewStep(
          from: .group(World.name("security")), count: 1, when: [Condition(firstTime: true)]),
      ]), windows: [night])
    world.policy.entitlements = [rule.name: rule]
    let said = try #require(try explain(to: World.alice, in: world).first)
    #expect(said.needs.map(\.from.text) == ["dba"])
    #expect(said.spared == ["1 of security, only if first time"])
    #expect(said.stop?.because == .windows([night.name]))
    world.history.isFirstTime = true
    #expect(try explain(to: World.alice, in: world).first?.spared == [])
  }

  @Test("only who has the authority operate is told of others, and of rules that are not theirs")
  func authority() throws {
    #expect(try explain(to: World.mallory).isEmpty)
    #expect(try explain(to: World.dana).count == 2)
    #expect(try explain("alice", to: World.root).count == 2)
    #expect(throws: Refusal.self) { try explain("alice", to: World.bob) }
    do {
      _ = try explain("alice", to: World.sam)
      Issue.record("sam is told of alice")
    } catch { #expect(error.code == .notAuthorised) }
    do {
      _ = try explain("alcie", to: World.dana)
      Issue.record("alcie is somebody")
    } catch { #expect((error.code, error.hint) == (.unknownPerson, "did you mean alice?")) }
  }
}
