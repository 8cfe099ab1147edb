import Testing

@testable import AccessCore

@Suite("A lockdown")
struct LockdownTests {
  static let ranges: [LockdownRange] = [
    .everything, .person(World.name("alice")), .database(World.name("orders_PROD")),
    .role(World.name("write")),
  ]

  private let bobs = LockdownRange.person(World.name("bob"))

  @Test("ends what is live in its range, in one commit, and gives nothing there", arguments: ranges)
  func locks(_ range: LockdownRange) throws {
    var world = World()
    let (approved, active) = (try world.approved(), try world.active())
    let activating = try world.approved()
    try world.say(.activate(activating), World.alice)
    let events = try world.say(.lockDown(range), World.sam)
    let end = GrantRevoking(cause: .lockdown, due: world.now, reason: nil)
    #expect(
      events == [
        .lockdownStarted(LockdownChange(range: range)), .grantRevoking(active, end),
        .grantRevoking(activating, end),
      ])
    #expect(world.refusal(.activate(approved), World.alice) == .lockedDown)
    #expect(world.see(.activated(activating, world.identity(activating))) == [])
    #expect(world.state.lockdown(over: try #require(world.request(approved)?.ask))?.by == World.sam)
  }

  @Test("a password is not set anew, and nothing is extended")
  func reissueAndExtension() throws {
    var world = World()
    let id = try world.active()
    // As after a crash in which the disk took the lockdown, and not the end that came with it.
    world.state.lockdowns[.everything] = Lockdown(
      range: .everything, by: World.sam, since: world.now)
    let more = ExtensionSubmission(duration: "5m", reason: World.written("INC-1"))
    #expect(world.refusal(.activate(id), World.alice) == .lockedDown)
    #expect(world.refusal(.extend(world.freshID(), of: id, more), World.alice) == .lockedDown)
    let end = GrantRevoking(cause: .lockdown, due: world.now, reason: nil)
    #expect(world.see(.locked(id)) == [.grantRevoking(id, end)])
    #expect(world.see(.locked(id)) == [])
  }

  @Test("people outside of its range go on, and so does everything that gives no access")
  func others() throws {
    var world = World()
    let (pending, approved, active) = (try world.ask(), try world.approved(), try world.active())
    try world.say(.lockDown(bobs), World.sam)
    #expect(world.see(.locked(active)) == [])
    #expect(world.refusal(.activate(approved), World.alice) == nil)
    try world.say(.lockDown(.everything), World.sam)
    #expect(world.refusal(.submit(world.freshID(), world.submission()), World.alice) == nil)
    #expect(
      world.refusal(.review(pending, ReviewSubmission(verdict: .approve)), World.olga) == nil)
    #expect(world.refusal(.cancel(pending), World.alice) == nil)
  }

  @Test("broken as everything may be, it can begin")
  func revokeOnly() throws {
    var world = World()
    let id = try world.active()
    world.issuing = .stopped(because: "the policy does not load")
    #expect(try world.say(.lockDown(.everything), World.sam).count == 2)
    #expect(world.request(id)?.grant?.isActive == false)
  }

  @Test(
    "who locks and who lifts: another person, and all of the admin socket is one",
    arguments: [
      (World.sam, World.sam, Refusal.Code?.some(.ownLockdown)),
      (World.sam, World.root, .none),
      (World.root, World.sam, .none),
      (World.root, World.root, .some(.ownLockdown)),
      (World.root, daemon, .some(.ownLockdown)),
      (World.sam, samByToken, .some(.ownLockdown)),
      (World.sam, World.alice, .some(.notAuthorised)),
      (World.sam, World.audrey, .some(.notAuthorised)),
      (World.sam, World.mallory, .some(.notAuthorised)),
    ])
  func lifting(_ locker: Caller, _ lifter: Caller, _ refusal: Refusal.Code?) throws {
    var world = World()
    try world.say(.lockDown(.everything), locker)
    #expect(world.refusal(.liftLockdown(.everything), lifter) == refusal)
    if refusal == nil {
      #expect(
        try world.say(.liftLockdown(.everything), lifter)
          == [.lockdownLifted(LockdownChange(range: .everything))])
      #expect(world.state.lockdowns.isEmpty)
      #expect(world.refusal(.liftLockdown(.everything), lifter) == .wrongState)
    }
  }

  private static let daemon = Caller(principal: World.name("jit"), proof: .admin(uid: 998))
  private static let samByToken = Caller(
    principal: World.sam.principal, proof: .token(RequestID(bits: 7)))

  @Test(
    "only who may revoke locks",
    arguments: [
      (World.sam, Refusal.Code?.none), (World.root, .none), (World.dana, .some(.notAuthorised)),
      (World.alice, .some(.notAuthorised)), (World.mallory, .some(.notAuthorised)),
    ])
  func whoLocks(_ caller: Caller, _ refusal: Refusal.Code?) {
    #expect(World().refusal(.lockDown(.everything), caller) == refusal)
  }

  @Test("said again it changes nothing, and the first one stays the one who cannot lift")
  func again() throws {
    var world = World()
    try world.say(.lockDown(.everything), World.sam)
    #expect(try world.say(.lockDown(.everything), World.root) == [])
    #expect(world.refusal(.liftLockdown(.everything), World.root) == nil)
    #expect(world.refusal(.liftLockdown(.everything), World.sam) == .ownLockdown)
  }

  @Test("each range is lifted by itself")
  func eachByItself() throws {
    var world = World()
    let approved = try world.approved()
    for range in Self.ranges { try world.say(.lockDown(range), World.sam) }
    for range in Self.ranges {
      #expect(world.refusal(.activate(approved), World.alice) == .lockedDown)
      try world.say(.liftLockdown(range), World.root)
    }
    #expect(world.refusal(.activate(approved), World.alice) == nil)
  }

  @Test("a name that nobody knows is not taken for safety")
  func unknown() throws {
    var world = World()
    let cases: [(LockdownRange, Refusal.Code)] = [
      (.person(World.name("alise")), .unknownPerson),
      (.database(World.name("orders_PRD")), .unknownDatabase),
      (.role(World.name("wirte")), .unknownRole),
    ]
    for (range, code) in cases { #expect(world.refusal(.lockDown(range), World.sam) == code) }
    // Somebody whom the policy has forgotten and whose request is open still.
    let id = try world.active()
    world.policy.groups[World.name("backend")]?.remove(World.alice.principal)
    try world.say(.lockDown(.person(World.alice.principal)), World.sam)
    #expect(world.request(id)?.grant?.isActive == false)
  }
}
