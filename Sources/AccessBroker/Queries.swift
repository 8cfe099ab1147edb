import AccessCore
import Ledger
import Logging

/// A request with what it takes to show it.
package struct RequestDetail: Sendable {
  package let request: Request
  /// The ledger with the number of its epoch.
  package let origin: String
  package let needs: [ReviewProgress.Need]
  /// What people wrote, with the salts of the commitments; an erased text is missing.
  package let texts: [Commitment: WrittenText]
  /// What keeps access from being given while it is in force; nil when it would not matter.
  package let lockdown: Lockdown?
  /// What the calendar keeps from being activated; nil when nothing does, or it is live or over.
  package let stop: Stop?
  /// Why today's policy lets it be activated at no time; nil when it does, or it is live or over.
  package let objection: String?
  /// Databases in other environments that the requester could take for this one.
  package let lookAlikes: [Database]
}

extension Broker {
  package func show(_ id: RequestID, to caller: Caller) async throws(Refusal) -> RequestDetail {
    guard let request = try await find(id), policy.snapshot.policy.sees(caller, request) else {
      let refusal = Refusal.unknownRequest(id.text)
      await note(refusal, "show", nil, by: caller)
      throw refusal
    }
    return try await detail(request)
  }

  package func detail(_ request: Request) async throws(Refusal) -> RequestDetail {
    let policy = policy.snapshot.policy
    let rule = policy.rule(for: request.ask)
    let state = ledger.state
    let progress = try await self.progress(of: request, rule, state, policy)
    let isWaiting = !request.isOver && request.grant == nil
    let stop = rule.flatMap { rule in
      isWaiting ? policy.stop(Target(request.ask), under: rule, at: clocks.wall()) : nil
    }
    let objection = isWaiting ? self.objection(to: request.ask, policy) : nil
    let commitments =
      [request.ask.reason, request.ask.ticket].compactMap { $0 }
      + (request.reviews.map(\.comment) + [request.hindsight?.comment]).compactMap(\.self)
    let texts = try await reading { try await ledger.texts(of: commitments) }
    let lockdown = request.isOver ? nil : state.lockdown(over: request.ask)
    return RequestDetail(
      request: request, origin: state.origin ?? "", needs: progress?.needs ?? [], texts: texts,
      lockdown: lockdown, stop: stop, objection: objection,
      lookAlikes: policy.lookAlikes(of: request.ask))
  }

  private func objection(to ask: Ask, _ policy: Policy) -> String? {
    do throws(Refusal) { _ = try stillEntitled(ask, policy) } catch { return error.message }
    return nil
  }

  /// How far it is reviewed, by the steps that apply.
  private func progress(
    of request: Request, _ rule: Entitlement?, _ state: State, _ policy: Policy
  ) async throws(Refusal) -> ReviewProgress? {
    guard let rule else { return nil }
    let circumstances: Circumstances
    switch request.stage {
    case .pending, .approved:
      circumstances = state.circumstances(
        of: request.ask, now: clocks.wall(), try await history(of: request.ask))
    case .denied, .cancelled, .lapsed, .granted, .extended:
      // As when it was decided; what the person had before that nobody knows any more.
      circumstances = state.circumstances(
        of: request.ask, now: request.reviews.last?.at ?? request.submittedAt,
        History(isFirstTime: false))
    }
    return policy.progress(of: request, under: rule.review.applying(in: circumstances))
  }

  /// Which requests a caller wants to see.
  package enum Scope: Sendable {
    /// Open ones that are theirs or theirs to review.
    case open
    case mine
    case toReview
    /// Every one that exists for them, closed ones included.
    case all
  }

  package func requests(
    _ scope: Scope, of caller: Caller
  ) async throws(Refusal) -> [Request] {
    let policy = policy.snapshot.policy
    let state = ledger.state
    let open = state.requests.values
    let limit = Limits.listedRequestsMax
    switch scope {
    case .open:
      return open.filter { policy.sees(caller, $0) }.mostPressing(limit)
    case .toReview:
      var waiting: [Request] = []
      for request in open {
        if try await isForReview(request, by: caller.principal, state, policy) {
          waiting.append(request)
        }
      }
      return waiting.mostPressing(limit)
    case .mine:
      let mine = open.filter { $0.ask.requester == caller.principal }
      return try await (mine + closed(of: caller.principal)).mostPressing(limit)
    case .all:
      return try await (open + closed(of: nil)).filter { policy.sees(caller, $0) }
        .mostPressing(limit)
    }
  }

  /// Requests that have a grant.
  package func grants(all: Bool, for caller: Caller) async throws(Refusal) -> [Request] {
    let requests = try await requests(all ? .all : .open, of: caller)
    return requests.filter { $0.grant.map { all || !$0.isEnded } ?? false }
  }

  private func isForReview(
    _ request: Request, by person: Principal, _ state: State, _ policy: Policy
  ) async throws(Refusal) -> Bool {
    if request.owesReview { return policy.mayReview(person, request) }
    guard case .pending = request.stage, policy.mayReview(person, request),
      let rule = policy.rule(for: request.ask)
    else { return false }
    let circumstances = state.circumstances(
      of: request.ask, now: clocks.wall(), try await history(of: request.ask))
    return policy.stillAsks(
      person, about: request, under: rule.review.applying(in: circumstances))
  }

  /// The newest that are over; of one person or of everybody.
  private func closed(of person: Principal?) async throws(Refusal) -> [Request] {
    try await reading {
      try await ledger.requests(by: person, limit: Limits.listedRequestsMax).filter(\.isClosed)
    }
  }

  /// Why no access is given now; nil while it is.
  package func issuingStopped() async -> String? {
    let state = ledger.state
    switch issuing(policy.snapshot, state, doubts.first, observed: clocks.wall()) {
    case .open: return ledger.unwritable.map { "the ledger cannot be written: \($0)" }
    case .stopped(let because): return because
    }
  }

  /// Ends every admin connection, at the very end of a shutdown.
  package func close() async { await provisioners.closeAll() }
}

extension Sequence<Request> {
  /// What is stuck stands first, then the newest.
  fileprivate func mostPressing(_ limit: Int) -> [Request] {
    func isStuck(_ request: Request) -> Bool { request.grant?.obstacle != nil }
    let sorted = sorted { a, b in
      if isStuck(a) != isStuck(b) { return isStuck(a) }
      return (a.submittedAt, a.id) > (b.submittedAt, b.id)
    }
    return Array(sorted.prefix(limit))
  }
}
