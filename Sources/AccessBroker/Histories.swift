import AccessCore
import Ledger
import PolicyFile

extension Broker {
  /// What a decision about the command has to know of earlier grants; nothing is looked up that no
  /// rule asks for.
  func history(for command: Command, by caller: Caller) async throws(Refusal) -> History {
    let policy = policy.snapshot.policy
    if case .submit(_, let submission) = command {
      guard
        let name = DatabaseName(submission.database), let role = RoleName(submission.role),
        let database = policy.databases[name]
      else { return History() }
      let rules = policy.entitlements(for: caller.principal, database: name, role: role)
      return try await history(of: caller.principal, on: database.uid, asked: rules)
    }
    guard let id = command.request, !command.endsAccess,
      let request = ledger.state.requests[id]
    else { return History() }
    return try await history(of: request.ask)
  }

  /// The same for a request as it would be judged now.
  func history(of ask: Ask) async throws(Refusal) -> History {
    let rules = [policy.snapshot.policy.rule(for: ask)].compactMap(\.self)
    return try await history(of: ask.requester, on: ask.databaseUID, asked: rules)
  }

  func history(
    of person: Principal, on database: DatabaseUID, asked rules: [Entitlement]
  ) async throws(Refusal) -> History {
    var history = History()
    let limit = Limits.grantsLookedBackMax
    if rules.contains(where: \.asksForFirstTime) {
      history.isFirstTime = try await reading {
        try await !ledger.hasHad(person, on: database, limit: limit)
      }
    }
    if rules.contains(where: { $0.perDay != nil }) {
      let midnight = policy.snapshot.policy.midnight(of: clocks.wall())
      let grants = try await reading {
        try await ledger.grants(of: person, since: midnight, limit: limit)
      }
      history.today = grants.map { request in
        History.Past(
          request: request.id, entitlement: request.ask.entitlement, duration: request.duration)
      }
    }
    return history
  }

  /// Ends what is live where a freeze or a closed window says so; nothing else ends by the calendar.
  func endStopped() async {
    let policy = policy.snapshot.policy
    let now = clocks.wall()
    let stopped = ledger.state.grants.filter { policy.endsLive($0.ask, at: now) }
    guard !stopped.isEmpty else { return }
    let outcome = await record(stopped.map { .disentitled($0.id) })
    if outcome?.events.isEmpty == false { wake.now() }
  }
}

extension Broker {
  /// What the patterns of the rules by which somebody may ask say to what they wrote: searched here,
  /// where nobody waits but who asks.
  func verdicts(for command: Command, by caller: Caller) -> PatternVerdicts {
    let snapshot = policy.snapshot
    let policy = snapshot.policy
    let rules: [Entitlement]
    switch command {
    case .submit(_, let submission):
      guard let name = DatabaseName(submission.database), let role = RoleName(submission.role)
      else { return PatternVerdicts() }
      rules = policy.entitlements(for: caller.principal, database: name, role: role)
    case .extend(_, of: let grant, _):
      rules = [ledger.state.requests[grant].flatMap { policy.rule(for: $0.ask) }]
        .compactMap(\.self)
    case .review, .reviewGlass, .cancel, .activate, .release, .revoke, .lookAtResidue,
      .decideResidue, .forget, .erase, .lockDown, .liftLockdown, .issueToken, .revokeToken, .export,
      .backup, .reloadPolicy, .operate:
      return PatternVerdicts()
    }
    return snapshot.reasons.verdicts(on: command.reason?.text, of: rules)
  }
}

extension Entitlement {
  fileprivate var asksForFirstTime: Bool {
    switch review {
    case .automatic, .afterwards: false
    case .steps(let steps): steps.contains { $0.when.contains { $0.firstTime != nil } }
    }
  }
}
