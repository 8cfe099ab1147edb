import Testing

@testable import AccessCore

@Suite("Activating and ending")
struct GrantTests {
  @Test("the clock starts at activation, and the expiry is fixed there")
  func expiryIsFixedAtActivation() throws {
    var world = World()
    let id = try world.approved()
    world.pass("50m")
    try world.say(.activate(id), World.alice)
    let grant = try #require(world.state.requests[id]?.grant)
    #expect(grant.stage == .activating)
    #expect(grant.expiresAt == world.now + World.span("30m"))
    #expect(grant.roleName == "jit_alice_00000001")
    #expect(grant.access == World.access)
  }

  @Test("only the requester activates")
  func onlyRequesterActivates() throws {
    var world = World()
    let id = try world.approved()
    #expect(world.refusal(.activate(id), World.olga) == .notRequester)
    #expect(world.refusal(.activate(id), World.mallory) == .unknownRequest)
    #expect(world.refusal(.activate(id), World.root) == .adminSocket)
  }

  @Test("a pending request cannot be activated")
  func pendingCannotBeActivated() throws {
    var world = World()
    let id = try world.ask()
    #expect(world.refusal(.activate(id), World.alice) == .needsReview)
  }

  @Test("nothing is activated before its start, and it may wait from there")
  func scheduledStart() throws {
    var world = World()
    var submission = world.submission(role: "read")
    submission.start = world.now + World.span("2h")
    let id = try world.ask(submission)
    #expect(world.refusal(.activate(id), World.alice) == .tooEarly)
    world.pass("2h30m")
    #expect(world.refusal(.activate(id), World.alice) == nil)
    world.pass("30m")
    #expect(world.refusal(.activate(id), World.alice) == .wrongState)
    #expect(world.see(.lapsed(id)) == [.requestLapsed(id)])
  }

  @Test("a reviewer who has left sends an approved request back to review")
  func reviewerHasLeft() throws {
    var world = World()
    let id = try world.approved()
    world.policy.groups[World.name("owners")]?.remove(World.olga.principal)
    let events = try world.say(.activate(id), World.alice)
    #expect(
      events == [.requestReopened(id, RequestReopened(lapsesAt: world.now + World.span("4h")))])
    #expect(world.refusal(.activate(id), World.alice) == .needsReview)
    try world.say(.review(id, ReviewSubmission(verdict: .approve)), World.dana)
    #expect(world.refusal(.activate(id), World.alice) == nil)
  }

  @Test("who is no longer entitled does not get what was approved")
  func noLongerEntitled() throws {
    var world = World()
    let id = try world.approved()
    world.policy.groups[World.name("backend")]?.remove(World.alice.principal)
    #expect(world.refusal(.activate(id), World.alice) == .notEntitled)
  }

  @Test("a database that was replaced under the same name is another one")
  func replacedDatabase() throws {
    var world = World()
    let id = try world.approved()
    world.policy.databases[World.name("orders_PROD")] = Database(
      name: World.name("orders_PROD"), uid: World.name("db-2"), environment: .production,
      access: World.access)
    #expect(world.refusal(.activate(id), World.alice) == .notEntitled)
  }

  @Test("a rule that was shortened since shortens the grant")
  func ruleShortened() throws {
    var world = World()
    let id = try world.approved()
    let old = try #require(world.policy.entitlements[World.name("orders-write")])
    world.policy.entitlements[old.name] = Entitlement(
      name: old.name, requesters: old.requesters, databases: old.databases, roles: old.roles,
      maxDuration: World.span("10m"), review: old.review, reviewWithin: old.reviewWithin,
      activateWithin: old.activateWithin)
    try world.say(.activate(id), World.alice)
    #expect(world.state.requests[id]?.grant?.duration == World.span("10m"))
  }

  @Test("a failed activation leaves the request approved")
  func failedActivation() throws {
    var world = World()
    let id = try world.approved()
    let before = world.request(id)?.stage
    try world.say(.activate(id), World.alice)
    world.see(.activationFailed(id, because: "unreachable"))
    #expect(world.request(id)?.stage == before)
    #expect(world.see(.activated(id, world.identity(id))) == [])
  }

  @Test("calling again while active sets a new password and leaves the expiry")
  func reissue() throws {
    var world = World()
    let id = try world.active()
    let expiry = world.state.requests[id]?.grant?.expiresAt
    world.pass("5m")
    #expect(try world.say(.activate(id), World.alice) == [.credentialReissued(id)])
    #expect(world.state.requests[id]?.grant?.expiresAt == expiry)
    world.pass("25m")
    #expect(world.refusal(.activate(id), World.alice) == .wrongState)
  }

  @Test("a grant ends at the earlier of two clocks")
  func twoClocks() throws {
    var world = World()
    let id = try world.active()
    let grant = try #require(world.state.requests[id]?.grant)
    func boot(_ minutes: Int64, _ boot: String = "boot-1") -> BootMark {
      BootMark(bootID: boot, milliseconds: world.boot.milliseconds + minutes * 60_000)
    }
    func wall(_ minutes: Int64) -> Timestamp {
      Timestamp(milliseconds: world.now.milliseconds + minutes * 60_000)
    }
    #expect(!grant.isOver(at: wall(29), boot(29)))
    #expect(grant.isOver(at: wall(30), boot(29)))
    #expect(grant.isOver(at: wall(-31), boot(30)))
    #expect(!grant.isOver(at: wall(29), boot(90, "boot-2")))
    #expect(grant.millisecondsLeft(at: wall(-60), boot(20)) == 600_000)
    #expect(grant.millisecondsLeft(at: wall(-60), boot(0, "boot-2")) == 1_800_000)
    #expect(grant.millisecondsLeft(at: wall(40), boot(0)) == 0)
  }

  @Test("an expiry is recorded once, with the time at which it was due")
  func expiryOnce() throws {
    var world = World()
    let id = try world.active()
    #expect(world.see(.expired(id, wall: world.now, world.boot)) == [])
    let due = world.now + World.span("30m")
    world.pass("30m5s")
    let revoking = Event.grantRevoking(id, GrantRevoking(cause: .expired, due: due, reason: nil))
    #expect(world.see(.expired(id, wall: world.now, world.boot)) == [revoking])
    #expect(world.see(.expired(id, wall: world.now, world.boot)) == [])
  }

  static let receipt = Receipt(
    sessionsEnded: 1, preparedRolledBack: 0, objectsDropped: 0, residue: [], verified: true,
    overrunMs: 12)

  @Test("stuck is recorded once per obstacle, and ended once")
  func stuckThenEnded() throws {
    var world = World()
    let id = try world.active()
    try world.say(.release(id), World.alice)
    let obstacle = Grant.Obstacle(
      because: .unreachable, fenced: false, note: "no route", overrunMs: nil)
    #expect(world.see(.stuck(id, obstacle)).count == 1)
    #expect(world.see(.stuck(id, obstacle)).isEmpty)
    #expect(
      world.see(.ended(id, Self.receipt)) == [
        .grantEnded(id, GrantEnded(cause: .released, receipt: Self.receipt))
      ])
    #expect(world.see(.ended(id, Self.receipt)).isEmpty)
    #expect(world.state.requests.isEmpty && world.state.open.isEmpty)
    #expect(world.refusal(.release(id), World.alice) == .wrongState)
  }

  @Test("what is live is given back, not cancelled, and what is ending needs neither")
  func cancelling() throws {
    var world = World()
    let id = try world.active()
    func hint() -> String? {
      do {
        _ = try decide(
          .cancel(id), by: World.alice, world.state.recalling(world.request(id)), world.context)
        return nil
      } catch { return error.hint }
    }
    #expect(hint() == "give it back: `jit release \(id)`")
    try world.say(.release(id), World.alice)
    #expect(hint() == "see `jit show \(id)`")
    world.see(.ended(id, Self.receipt))
    #expect(hint() == "see `jit show \(id)`")
  }

  @Test(
    "release is the requester's, revoke is the authority's",
    arguments: [
      (World.alice, Refusal.Code?.none, Refusal.Code?.some(.notAuthorised)),
      (World.sam, .some(.notRequester), .none),
      (World.root, .some(.adminSocket), .none),
      (World.olga, .some(.notRequester), .some(.notAuthorised)),
      (World.audrey, .some(.notRequester), .some(.notAuthorised)),
      (World.mallory, .some(.unknownRequest), .some(.unknownRequest)),
    ])
  func whoEnds(_ caller: Caller, _ release: Refusal.Code?, _ revoke: Refusal.Code?) throws {
    var world = World()
    let id = try world.active()
    #expect(world.refusal(.release(id), caller) == release)
    #expect(world.refusal(.revoke(id, reason: World.written("leak")), caller) == revoke)
  }

  @Test("a revocation needs a reason")
  func revocationNeedsReason() throws {
    var world = World()
    let id = try world.active()
    #expect(world.refusal(.revoke(id, reason: nil), World.sam) == .usage)
  }

  @Test("a revocation while it is being activated wins")
  func revokedWhileActivating() throws {
    var world = World()
    let id = try world.approved()
    try world.say(.activate(id), World.alice)
    try world.say(.revoke(id, reason: World.written("wrong window")), World.sam)
    #expect(world.see(.activated(id, world.identity(id))) == [])
    #expect(world.see(.activationFailed(id, because: "")) == [])
    world.see(.ended(id, Self.receipt))
    #expect(world.request(id)?.grant?.isEnded == true)
  }

  @Test("revoke-only stops what gives access and nothing that takes it away")
  func revokeOnly() throws {
    var world = World()
    let (pending, approved, active) = (try world.ask(), try world.approved(), try world.active())
    world.issuing = .stopped(because: "the policy does not load")
    #expect(
      world.refusal(.submit(world.freshID(), world.submission()), World.alice) == .issuingStopped)
    #expect(
      world.refusal(.review(pending, ReviewSubmission(verdict: .approve)), World.olga)
        == .issuingStopped)
    #expect(world.refusal(.activate(approved), World.alice) == .issuingStopped)
    #expect(world.refusal(.activate(active), World.alice) == .issuingStopped)
    let deny = ReviewSubmission(verdict: .deny, comment: World.written("no"))
    #expect(world.refusal(.review(pending, deny), World.olga) == nil)
    #expect(world.refusal(.release(active), World.alice) == nil)
    #expect(world.refusal(.revoke(active, reason: World.written("x")), World.sam) == nil)
    world.pass("30m")
    #expect(world.see(.expired(active, wall: world.now, world.boot)).count == 1)
  }

  @Test("who is no longer entitled loses a live grant")
  func disentitled() throws {
    var world = World()
    let id = try world.active()
    #expect(world.see(.disentitled(id)).count == 1)
    #expect(world.see(.disentitled(id)).isEmpty)
  }

  @Test(
    "role names are lower case, short enough and end with the id",
    arguments: [
      ("alice", "jit_alice_7f3k2qxw"), ("al.ice@x-1+y", "jit_al_ice_x_1_y_7f3k2qxw"),
      (String(repeating: "a", count: 64), "jit_" + String(repeating: "a", count: 50) + "_7f3k2qxw"),
    ])
  func roleNames(_ user: String, _ role: String) throws {
    let id = try #require(RequestID("7f3k2qxw"))
    #expect(grantRoleName(user: World.name(user), id: id) == role)
    #expect(role.utf8.count <= 63)
  }
}
