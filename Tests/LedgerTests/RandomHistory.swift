import AccessTesting

@testable import AccessCore
@testable import Ledger

/// What people and the broker do on a busy day: proposals one after the other, each decided by the
/// same pure core as in the broker. Most of them fit the state that a request is in; some are
/// refused, as in life.
struct RandomHistory {
  private var generator: SeededGenerator
  private let clock: ManualClock
  private var count: UInt64 = 0

  init(seed: UInt64, clock: ManualClock) {
    generator = SeededGenerator(seed: seed)
    self.clock = clock
  }

  mutating func next(after state: State) -> Proposal {
    count += 1
    if chance(1, in: 4) { clock.advance(byMs: Int64.random(in: 0...300_000, using: &generator)) }
    if chance(1, in: 40) { clock.setWall(aheadByMs: -30_000) }
    let open = state.requests.values.sorted { $0.id < $1.id }
    if let request = open.randomElement(using: &generator), chance(2, in: 3) {
      return step(of: request)
    }
    return switch Int.random(in: 0..<9, using: &generator) {
    case 0..<4: submission()
    case 4: token(state)
    case 5:
      chance(1, in: 4)
        ? command(.operate(.rotate(Sample.name("orders_PROD"))), by: Sample.admin) : policy()
    case 6: lockdown(state)
    case 7: command(.export(format: "jsonl", filters: [:]), by: "audrey")
    default: command(.cancel(RequestID(bits: count / 2)), by: "alice")
    }
  }

  private mutating func submission() -> Proposal {
    let submission = Submission(
      database: "orders_PROD", role: pick(["read", "write"]), duration: pick(["30s", "10m", "1h"]),
      reason: written("reason"), breakGlass: chance(1, in: 4))
    return command(
      .submit(RequestID(bits: count), submission), by: pick(["alice", "bob", "mallory"]))
  }

  /// Something that can happen to the request now, or that somebody takes it for.
  private mutating func step(of request: Request) -> Proposal {
    let (id, requester) = (request.id, request.ask.requester.text)
    let lapse = fact(.lapsed(id))
    let cancel = command(.cancel(id), by: requester)
    let revoke = command(.revoke(id, reason: written("why")), by: pick(["sam", "alice"]))
    if request.owesReview, request.isOver || chance(1, in: 10) { return hindsight(id) }
    switch request.stage {
    case .pending: return pick([review(id), review(id), review(id), cancel, lapse])
    case .approved:
      let activate = command(.activate(id), by: requester)
      return pick([activate, activate, activate, cancel, lapse])
    case .granted(_, let grant):
      switch grant.stage {
      case .activating:
        return pick([
          activated(id), activated(id), fact(.activationFailed(id, because: "no")), revoke,
        ])
      case .active:
        let reissue = command(.activate(id), by: requester)
        let expired = fact(.expired(id, wall: clock.now, clock.bootMark))
        let release = command(.release(id), by: requester)
        let more = ExtensionSubmission(duration: "1m", reason: written("more"))
        let extend = command(.extend(RequestID(bits: count), of: id, more), by: requester)
        let drift = drift(id, of: grant.identity)
        return pick([
          reissue, extend, expired, release, revoke, drift, drift, fact(.disentitled(id)),
        ])
      case .revoking: return pick([stuck(id), residue(id), ended(id)])
      case .stuck:
        let forget = command(.forget(id, why: written("gone")), by: Sample.admin)
        return pick([stuck(id), residue(id), decision(id), ended(id), ended(id), forget])
      case .ended, .forgotten: return stuck(id)
      }
    case .denied, .cancelled, .lapsed, .extended: return revoke
    }
  }

  private mutating func review(_ id: RequestID) -> Proposal {
    let review =
      chance(1, in: 6)
      ? ReviewSubmission(verdict: .deny, comment: written("no"))
      : ReviewSubmission(
        verdict: .approve, duration: pick([nil, "20s", "5m"]), comment: written("yes"))
    return command(.review(id, review), by: pick(["dana", "drew", "olga", "alice"]))
  }

  private mutating func hindsight(_ id: RequestID) -> Proposal {
    let review = HindsightSubmission(
      verdict: pick([.justified, .unjustified]), comment: written("why"))
    let reviewed = command(.reviewGlass(id, review), by: pick(["olga", "dana", "alice"]))
    return pick([reviewed, fact(.reviewOverdue(id))])
  }

  private func activated(_ id: RequestID) -> Proposal {
    let name = "jit_x_" + id.text.lowercased()
    return fact(.activated(id, RoleIdentity(name: name, oid: 1, systemIdentifier: "7")))
  }

  /// About the role of a grant, or about a role that is nobody's.
  private mutating func drift(_ id: RequestID, of role: RoleIdentity?) -> Proposal {
    let drift = pick([[], [Drift(.power, "CREATEDB")], [Drift(.member, "bob")]])
    let stranger = RoleIdentity(name: pick(["jit_e", "jit_m"]), oid: 9, systemIdentifier: "7")
    let found = DriftFound(
      database: Sample.name("orders_PROD"), role: chance(1, in: 2) ? stranger : role ?? stranger,
      drift: drift)
    return fact(.drift(found.role == stranger ? nil : id, found))
  }

  private mutating func stuck(_ id: RequestID) -> Proposal {
    let obstacle = Grant.Obstacle(
      because: .locked, fenced: chance(1, in: 2), note: "a lock", overrunMs: nil)
    return fact(.stuck(id, obstacle))
  }

  private mutating func residue(_ id: RequestID) -> Proposal {
    let kind = pick(["table", "trigger"])
    return fact(.residue(id, [Residue(database: "orders", kind: kind, name: "t", note: nil)]))
  }

  private mutating func decision(_ id: RequestID) -> Proposal {
    command(.decideResidue(id, pick([.drop, .keep, .give(to: "app_owner")])), by: Sample.admin)
  }

  private func ended(_ id: RequestID) -> Proposal {
    let receipt = Receipt(
      sessionsEnded: 1, preparedRolledBack: 0, objectsDropped: 0, residue: [], verified: true,
      overrunMs: 12)
    return fact(.ended(id, receipt))
  }

  private mutating func token(_ state: State) -> Proposal {
    let known = state.tokens.keys.sorted().randomElement(using: &generator)
    if let known, chance(1, in: 2) { return command(.revokeToken(known.text), by: Sample.admin) }
    let issue = Command.issueToken(
      RequestID(bits: count), user: "bob", hash: Sample.sha256([UInt8(count % 256)]),
      lifetime: Sample.span("30d"))
    return command(issue, by: Sample.admin)
  }

  /// Soon lifted again, so that history goes on.
  private mutating func lockdown(_ state: State) -> Proposal {
    if let known = state.lockdowns.keys.sorted(by: { $0.text < $1.text }).first {
      return command(.liftLockdown(known), by: Sample.admin)
    }
    let ranges: [LockdownRange] = [
      .everything, .person(Sample.name("bob")), .role(Sample.name("read")),
    ]
    return command(.lockDown(pick(ranges)), by: "sam")
  }

  private func policy() -> Proposal {
    let digest = Sample.digest(UInt8(count % 256))
    return Proposal(by: .system, document: Document(digest: digest, bytes: digest.bytes)) { _, _ in
      .success([.policyLoaded(PolicyLoaded(digest: digest))])
    }
  }

  private func command(_ command: Command, by person: String) -> Proposal {
    self.command(command, by: Sample.caller(person))
  }

  /// As in the broker: what is refused is an entry, too, when somebody should know of it.
  private func command(_ command: Command, by caller: Caller) -> Proposal {
    let boot = clock.bootMark
    return Proposal(by: .caller(caller)) { state, now in
      let context = Context(
        policy: .ofTheCompany, issuing: .open, now: now,
        boot: boot, sha256: Sample.sha256)
      do throws(Refusal) { return .success(try decide(command, by: caller, state, context)) } catch
      {
        guard error.code.isForbidden else { return .failure(error) }
        let refused = RequestRefused(attempt: command.attempt, code: error.code, count: 1)
        return .success([.requestRefused(nil, refused)])
      }
    }
  }

  private func fact(_ fact: Fact) -> Proposal {
    Proposal(holdingAnywayBy: .system) { state, now in .success(observe(fact, state, now: now)) }
  }

  private func written(_ text: String) -> WrittenText {
    WrittenText("\(text) \(count)", salt: [], sha256: Sample.sha256)
  }

  private mutating func chance(_ share: Int, in whole: Int) -> Bool {
    Int.random(in: 0..<whole, using: &generator) < share
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &generator)]
  }
}

/// SplitMix64: random enough for tests, and the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
