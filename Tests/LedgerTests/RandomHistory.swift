import AccessTesting

@testable import AccessCore
@testable import Ledger

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

/// What people and the broker do on a busy day: proposals one after the other, each decided by the
/// same pure core as in the broker. Some are refused, as in life.
struct RandomHistory {
  private var generator: SeededGenerator
  private let clock: ManualClock
  private var count: UInt64 = 0
  private var asked: [RequestID] = []

  init(seed: UInt64, clock: ManualClock) {
    generator = SeededGenerator(seed: seed)
    self.clock = clock
  }

  mutating func next() -> Proposal {
    count += 1
    if Int.random(in: 0..<4, using: &generator) == 0 {
      clock.advance(byMs: Int64.random(in: 0...1_200_000, using: &generator))
    }
    if Int.random(in: 0..<40, using: &generator) == 0 { clock.setWall(aheadByMs: -30_000) }
    return switch Int.random(in: 0..<10, using: &generator) {
    case 0..<3: submission()
    case 3..<6: command()
    case 6..<9: fact()
    default: policyOrExport()
    }
  }

  private mutating func submission() -> Proposal {
    let id = RequestID(bits: count)
    asked.append(id)
    let role = pick(["read", "write"])
    let submission = Submission(
      database: "orders_PROD", role: role, duration: pick(["30s", "10m", "1h"]),
      reason: WrittenText("reason \(count)", salt: [], sha256: Sample.sha256))
    return proposal(
      .submit(id, submission),
      by: Sample.caller(pick(["alice", "bob", "dana"])))
  }

  private mutating func command() -> Proposal {
    let id = recentRequest()
    return switch Int.random(in: 0..<8, using: &generator) {
    case 0, 1:
      proposal(.review(id, review()), by: Sample.caller(pick(["dana", "drew", "olga", "alice"])))
    case 2: proposal(.cancel(id), by: Sample.caller(pick(["alice", "bob"])))
    case 3, 4: proposal(.activate(id, clock.bootMark), by: Sample.caller(pick(["alice", "bob"])))
    case 5: proposal(.release(id), by: Sample.caller(pick(["alice", "bob"])))
    case 6: token()
    default:
      proposal(
        .revoke(id, reason: WrittenText("why", salt: [1], sha256: Sample.sha256)),
        by: Sample.caller("sam"))
    }
  }

  private mutating func review() -> ReviewSubmission {
    let comment = WrittenText("comment \(count)", salt: [2], sha256: Sample.sha256)
    return Int.random(in: 0..<5, using: &generator) == 0
      ? ReviewSubmission(verdict: .deny, comment: comment)
      : ReviewSubmission(verdict: .approve, duration: pick([nil, "20s", "5m"]), comment: comment)
  }

  private mutating func token() -> Proposal {
    let known = RequestID(bits: UInt64.random(in: 1...count, using: &generator))
    let command: Command =
      Bool.random(using: &generator)
      ? .issueToken(
        RequestID(bits: count), user: "bob", hash: Sample.sha256([UInt8(count % 256)]),
        lifetime: Sample.span("30d")) : .revokeToken(known.text)
    return proposal(command, by: Sample.admin)
  }

  private mutating func fact() -> Proposal {
    let id = recentRequest()
    let identity = RoleIdentity(
      name: "jit_x_\(id.text.lowercased())", oid: 1, systemIdentifier: "7")
    let receipt = Receipt(
      sessionsEnded: 1, preparedRolledBack: 0, objectsDropped: 0, residue: [], verified: true,
      overrunMs: 12)
    let obstacle = Grant.Obstacle(
      because: .locked, fenced: Bool.random(using: &generator), note: "n", overrunMs: nil)
    let facts: [Fact] = [
      .lapsed(id), .activated(id, identity), .activated(id, identity),
      .expired(id, wall: clock.now, clock.bootMark),
      .activationFailed(id, because: "refused"), .disentitled(id), .stuck(id, obstacle),
      .ended(id, receipt), .ended(id, receipt), .clockBehind(observed: clock.now),
      .refused(id, RequestRefused(attempt: "submit", code: .notEntitled, count: 2)),
    ]
    let fact = pick(facts)
    return Proposal(holdingAnywayBy: .system) { state, now in
      .success(observe(fact, state, now: now))
    }
  }

  private mutating func policyOrExport() -> Proposal {
    guard Bool.random(using: &generator) else {
      return proposal(.export(format: "jsonl"), by: Sample.caller("audrey"))
    }
    let digest = Sample.digest(UInt8(count % 256))
    return Proposal(by: .system, policyDocuments: digest.bytes) { _, _ in
      .success([.policyLoaded(PolicyLoaded(digest: digest))])
    }
  }

  private func proposal(_ command: Command, by caller: Caller) -> Proposal {
    Proposal(by: .caller(caller)) { state, now in
      let context = Context(
        policy: .ofTheCompany, issuing: .open, now: now, sha256: Sample.sha256)
      do throws(Refusal) { return .success(try decide(command, by: caller, state, context)) } catch
      {
        return .failure(error)
      }
    }
  }

  /// One of the newest, so that there is something left to happen to it.
  private mutating func recentRequest() -> RequestID {
    asked.isEmpty ? RequestID(bits: 0) : pick(Array(asked.suffix(4)))
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &generator)]
  }
}

extension Policy {
  /// A small company: two entitlements on one database, one of them without review.
  static let ofTheCompany = Policy(
    groups: [
      Sample.name("backend"): [Sample.name("alice"), Sample.name("bob")],
      Sample.name("dba"): [Sample.name("dana"), Sample.name("drew")],
      Sample.name("owners"): [Sample.name("olga"), Sample.name("dana")],
    ],
    authorities: [
      .audit: [.person(Sample.name("audrey"))], .revoke: [.person(Sample.name("sam"))],
    ],
    databases: [
      Sample.name("orders_PROD"): Database(
        name: Sample.name("orders_PROD"), uid: Sample.name("db-01JD3ZK8"),
        environment: .production, access: Sample.access)
    ],
    roles: [
      Sample.name("read"): Role(
        name: Sample.name("read"), writes: false, postgresql: .memberOf(["orders_read"])),
      Sample.name("write"): Role(
        name: Sample.name("write"), postgresql: .memberOf(["orders_write"])),
    ],
    entitlements: [
      Sample.name("orders-read"): entitlement("read", .automatic),
      Sample.name("orders-write"): entitlement(
        "write",
        .steps([
          ReviewStep(from: .group(Sample.name("dba")), count: 1),
          ReviewStep(from: .group(Sample.name("owners")), count: 1),
        ])),
    ])

  private static func entitlement(_ role: String, _ review: ReviewRule) -> Entitlement {
    Entitlement(
      name: Sample.name("orders-" + role), requesters: [.group(Sample.name("backend"))],
      databases: [Sample.name("orders_PROD")], roles: [Sample.name(role)],
      maxDuration: Sample.span("1h"), review: review, reviewWithin: Sample.span("4h"),
      activateWithin: Sample.span("1h"))
  }
}
