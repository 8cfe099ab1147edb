import AccessCore
import Ledger
import Logging
import Synchronization

/// Where effects are sequenced: what people want goes through the ledger first, and then to the
/// databases.
package final class Broker: Sendable {
  package let ledger: Ledger
  package let policy: PolicyInForce
  let policySource: PolicySource
  let clocks: Clocks
  let sha256: SHA256Function
  let signer: SignerFunction
  let provisioners: Provisioners
  let turns: RoleTurns
  let policyTurns: Turns<PolicySource.Whole>
  let refusedAttempts: RefusedAttempts
  let rates: CallRates
  let wake: WakeUp
  let orphans: KnownOrphans
  let looked: LookedAt
  let doubts: Doubts
  let moved: MovedExpiries
  let scopeLooks: ScopeLooks
  let credentials: any CredentialStore
  let rotations: Rotations
  let progress: Mutex<ScrubProgress>
  let heartbeatMs: Int64
  let notify: @Sendable (Notice) -> Void
  let failpoint: FailpointHandler
  let logLinesDropped: @Sendable () -> Int64
  let logger: Logger

  /// - Parameter logLinesDropped: how many lines of `logger` nobody will ever read.
  package init(
    ledger: Ledger, policySource: PolicySource, clocks: Clocks, sha256: @escaping SHA256Function,
    signer: @escaping SignerFunction,
    makeProvisioner: @escaping @Sendable (DatabaseAccess) -> any Provisioner,
    credentials: any CredentialStore,
    notify: @escaping @Sendable (Notice) -> Void, failpoint: @escaping FailpointHandler = { _ in },
    heartbeatMs: Int64 = Limits.heartbeatMs,
    logLinesDropped: @escaping @Sendable () -> Int64 = { 0 }, logger: Logger
  ) {
    self.ledger = ledger
    self.policy = PolicyInForce()
    self.policySource = policySource
    self.clocks = clocks
    self.sha256 = sha256
    self.signer = signer
    self.provisioners = Provisioners(under: policy, make: makeProvisioner)
    self.turns = RoleTurns()
    self.policyTurns = Turns()
    self.refusedAttempts = RefusedAttempts()
    self.rates = CallRates()
    self.wake = WakeUp()
    self.orphans = KnownOrphans()
    self.looked = LookedAt()
    self.doubts = Doubts()
    self.moved = MovedExpiries()
    self.scopeLooks = ScopeLooks()
    self.credentials = credentials
    self.rotations = Rotations()
    self.progress = Mutex(ScrubProgress())
    self.heartbeatMs = heartbeatMs
    self.notify = notify
    self.failpoint = failpoint
    self.logLinesDropped = logLinesDropped
    self.logger = logger
  }
}

extension Broker {
  /// Puts a command of `caller` to the ledger; a refusal that somebody should know of becomes an
  /// entry.
  func submit(
    _ command: Command, by caller: Caller, written: [WrittenText] = [],
    idempotency: IdempotencyKey? = nil
  ) async throws(Refusal) -> Outcome {
    do throws(Refusal) {
      // Nothing holds up who takes access away.
      if !command.endsAccess { try rates.count(caller, at: clocks.boot().milliseconds) }
      let closed = try await closedRequest(of: command)
      let history = try await history(for: command, by: caller)
      let verdicts = verdicts(for: command, by: caller)
      func proposal(recalling closed: Request?) -> Proposal {
        self.proposal(
          command, by: caller, recalling: closed, history, verdicts, written, idempotency)
      }
      do throws(Refusal) { return try await ledger.append(proposal(recalling: closed)).get() } catch
      {
        // It may have closed while the command waited for its turn: then look at it again.
        guard error.code == .unknownRequest, closed == nil else { throw error }
        guard let closed = try await closedRequest(of: command) else { throw error }
        return try await ledger.append(proposal(recalling: closed)).get()
      }
    } catch {
      await note(error, command.attempt, command.request, by: caller)
      throw error
    }
  }

  /// The request that the command is about, if its history is over: it is not in the live state.
  private func closedRequest(of command: Command) async throws(Refusal) -> Request? {
    guard let id = command.request, let request = try await find(id), request.isClosed
    else { return nil }
    return request
  }

  /// The pure decision with everything that it needs, taken when its turn comes.
  private func proposal(
    _ command: Command, by caller: Caller, recalling closed: Request?, _ history: History,
    _ verdicts: PatternVerdicts, _ written: [WrittenText], _ idempotency: IdempotencyKey?
  ) -> Proposal {
    let decision: Proposal.Decision = { [policy, doubts, sha256, signer, clocks] state, now in
      let snapshot = policy.snapshot
      let context = Context(
        policy: snapshot.policy,
        issuing: issuing(snapshot, state, doubts.first, observed: clocks.wall()), now: now,
        boot: clocks.boot(), history: history, verdicts: verdicts, sha256: sha256, signer: signer)
      return Result { () throws(Refusal) in
        try decide(command, by: caller, state.recalling(closed), context)
      }
    }
    let author = Author.caller(caller)
    var proposal =
      command.endsAccess
      ? Proposal(
        holdingAnywayBy: author, written: written, idempotency: idempotency, decide: decision)
      : Proposal(by: author, written: written, idempotency: idempotency, decide: decision)
    if case .erase(_, let texts) = command { proposal.erased = texts }
    return proposal
  }

  /// Records what the broker itself saw; never refused.
  @discardableResult
  func record(_ fact: Fact, _ documents: [Document] = []) async -> Outcome? {
    await record([fact], documents)
  }

  /// The same for facts about different requests, as one proposal.
  @discardableResult
  func record(_ facts: [Fact], _ documents: [Document] = []) async -> Outcome? {
    var proposal = Proposal(holdingAnywayBy: .system) { state, now in
      .success(facts.flatMap { observe($0, state, now: now) })
    }
    proposal.documents = documents
    switch await ledger.append(proposal) {
    case .success(let outcome):
      if !outcome.durable {
        logger.error("not in the ledger yet", metadata: ["fact": "\(outcome.events)"])
      }
      return outcome
    case .failure(let refusal):
      logger.error("\(refusal.message)")
      return nil
    }
  }

  package func written(_ text: String?) -> WrittenText? {
    text.map { WrittenText($0, salt: randomBytes(16), sha256: sha256) }
  }
}

extension Command {
  /// Whether it takes access away: then nothing of ours that is broken may stop it.
  var endsAccess: Bool {
    switch self {
    case .release, .revoke, .lockDown: true
    case .submit, .review, .reviewGlass, .cancel, .activate, .extend, .liftLockdown, .issueToken,
      .revokeToken,
      .lookAtResidue, .decideResidue, .forget, .export, .erase, .backup, .reloadPolicy, .operate:
      false
    }
  }
}

/// Whether new access may be given, by what is known of ledger, policy and clock.
func issuing(
  _ policy: PolicyInForce.Snapshot, _ state: State, _ doubt: String?, observed: Timestamp
) -> Issuing {
  if let doubt { return .stopped(because: doubt) }
  if let sign = state.rollbackSigns.first {
    return .stopped(
      because: "\(sign): the ledger is an old copy; `jitd --accept-rollback WHY` goes on with it")
  }
  if let broken = policy.broken { return .stopped(because: broken) }
  if let newest = state.newest, observed < newest {
    return .stopped(
      because: "the clock says \(observed), but the newest entry is of \(newest)")
  }
  return .open
}
