import AccessCore
import Ledger
import Logging

/// A request with what it takes to show it.
package struct RequestDetail: Sendable {
  package let request: Request
  package let needs: [ReviewProgress.Need]
  /// What people wrote; an erased text is missing.
  package let texts: [Commitment: String]
  /// What keeps access from being given while it is in force; nil when it would not matter.
  package let lockdown: Lockdown?
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
    let progress = rule.map {
      policy.progress(
        under: $0.review, approvals: request.approvals, requester: request.ask.requester)
    }
    let commitments =
      [request.ask.reason, request.ask.ticket].compactMap { $0 }
      + request.reviews.compactMap(\.comment)
    let texts = try await reading { try await ledger.texts(of: commitments) }
    let lockdown = request.isClosed ? nil : await ledger.state.lockdown(over: request.ask)
    return RequestDetail(
      request: request, needs: progress?.needs ?? [], texts: texts, lockdown: lockdown)
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
    let state = await ledger.state
    let open = state.requests.values
    let limit = Limits.listedRequestsMax
    switch scope {
    case .open:
      return open.filter { policy.sees(caller, $0) }.mostPressing(limit)
    case .toReview:
      return open.filter { isForReview($0, by: caller.principal, policy) }.mostPressing(limit)
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
    return requests.filter { $0.grant != nil }
  }

  private func isForReview(_ request: Request, by person: Principal, _ policy: Policy) -> Bool {
    guard case .pending = request.stage else { return false }
    return policy.canReview(person, request) && !request.approvals.contains(person)
  }

  /// The newest that are over; of one person or of everybody.
  private func closed(of person: Principal?) async throws(Refusal) -> [Request] {
    try await reading {
      try await ledger.requests(by: person, limit: Limits.listedRequestsMax).filter(\.isClosed)
    }
  }

  /// The statements that activation of the request runs, for people to read; nil when its history
  /// is over, when database or role are gone from the policy, or the server does not answer.
  package func preview(_ request: Request) async -> [String]? {
    // An extension runs nothing of its own.
    if request.isClosed || request.ask.extends != nil { return nil }
    let plan: RolePlan
    let access: DatabaseAccess
    let accept = policy.snapshot.policy.databases[request.ask.database]?.accept ?? []
    if let grant = request.grant {
      (plan, access) = (grant.plan(accepting: accept), grant.access)
    } else {
      guard
        let (database, role, rule) = try? stillEntitled(request.ask, policy.snapshot.policy)
      else { return nil }
      access = database.access
      plan = RolePlan(
        name: grantRoleName(user: request.ask.requester, id: request.id),
        scopes: await keptScopeNames.scopes(of: role, on: database.uid),
        actsAs: role.postgresql.actsAs, expiresAt: clocks.wall() + request.duration,
        sessions: rule.sessions, accept: accept)
    }
    do {
      return try await provisioners.provisioner(for: access).preview(plan)
    } catch {
      logger.debug("no preview of \(request.id): \(error.message)")
      return nil
    }
  }

  /// Why no access is given now; nil while it is.
  package func issuingStopped() async -> String? {
    let state = await ledger.state
    switch issuing(policy.snapshot, state, doubts.first, observed: clocks.wall()) {
    case .open: return await ledger.unwritable.map { "the ledger cannot be written: \($0)" }
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
