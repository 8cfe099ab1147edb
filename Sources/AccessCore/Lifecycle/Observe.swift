/// What the ledger has to say about a fact. A fact that it knows already, or that no longer fits
/// because something else came first, says nothing: nothing is ever recorded twice.
package func observe(_ fact: Fact, _ state: State, now: Timestamp) -> [Event] {
  switch fact {
  case .lapsed(let id):
    guard let request = state.requests[id], state.hasLapsed(request, at: now) else { return [] }
    return [.requestLapsed(id)]
  case .reviewOverdue(let id):
    guard let request = state.requests[id], request.isReviewOverdue(at: now),
      !request.isMarkedOverdue
    else { return [] }
    return [.reviewOverdue(id)]
  case .activated(let id, let identity, let baseline, let scopes):
    guard case .activating = state.requests[id]?.grant?.stage else { return [] }
    let activated = GrantActivated(identity: identity, baseline: baseline, scopes: scopes)
    return [.grantActivated(id, activated)]
  case .activationFailed(let id, let because):
    guard case .activating = state.requests[id]?.grant?.stage else { return [] }
    return [.grantFailed(id, GrantFailed(because: because))]
  case .expired(let id, let wall, let boot):
    guard
      let grant = state.requests[id]?.grant, case .active = grant.stage,
      grant.isOver(at: wall, boot, newest: state.newest)
    else { return [] }
    let due = grant.due(at: now, boot)
    return [.grantRevoking(id, GrantRevoking(cause: .expired, due: due, reason: nil))]
  case .fenced(let id, let wall, let boot):
    guard
      let grant = state.requests[id]?.grant, case .active = grant.stage,
      // Else it is simply over, and the ledger is about to say so.
      !grant.isOver(at: wall, boot, newest: state.newest)
    else { return [] }
    return [.grantRevoking(id, GrantRevoking(cause: .orphaned, due: now, reason: nil))]
  case .disentitled(let id):
    switch state.requests[id]?.grant?.stage {
    case .activating, .active:
      return [.grantRevoking(id, GrantRevoking(cause: .revoked, due: now, reason: nil))]
    case .revoking, .stuck, .ended, .forgotten, nil: return []
    }
  case .locked(let id):
    guard let request = state.requests[id], state.lockdown(over: request.ask) != nil
    else { return [] }
    return [lockdownEnd(of: request, now)].compactMap(\.self)
  case .stuck(let id, let obstacle):
    switch state.requests[id]?.grant?.stage {
    case .revoking: return [.grantStuck(id, obstacle)]
    case .stuck(_, let known) where known != obstacle: return [.grantStuck(id, obstacle)]
    case .stuck, .activating, .active, .ended, .forgotten, nil: return []
    }
  case .residue(let id, let found):
    switch state.requests[id]?.grant?.stage {
    case .revoking, .stuck:
      let known = state.requests[id]?.grant?.found ?? []
      let news = known.adding(found).listed.dropFirst(known.count)
      return news.isEmpty ? [] : [.residueFound(id, ResidueFound(residue: Array(news)))]
    case .activating, .active, .ended, .forgotten, nil: return []
    }
  case .ended(let id, let receipt):
    switch state.requests[id]?.grant?.stage {
    case .revoking(let ending), .stuck(let ending, _):
      return [.grantEnded(id, GrantEnded(cause: ending.cause, receipt: receipt))]
    case .activating, .active, .ended, .forgotten, nil: return []
    }
  case .orphan(let found): return [.orphanFound(found)]
  case .scopesApplied(let applied): return [.scopesApplied(applied)]
  case .drift(let id?, let found):
    guard
      let grant = state.requests[id]?.grant, case .active(found.role, _) = grant.stage,
      grant.drift != found.drift
    else { return [] }
    return [.driftFound(id, found)]
  case .drift(nil, let found):
    let known = state.strangers[found.role]?.drift ?? []
    let hasRoom = !known.isEmpty || state.strangers.count < Limits.strangersMax
    return known != found.drift && hasRoom ? [.driftFound(nil, found)] : []
  case .clockBehind(let observed):
    guard let newest = state.newest, observed < newest else { return [] }
    return [.clockAnomaly(ClockAnomaly(observed: observed, newest: newest))]
  case .doubtful(let id):
    guard case .active = state.requests[id]?.grant?.stage else { return [] }
    return [.grantRevoking(id, GrantRevoking(cause: .orphaned, due: now, reason: nil))]
  case .rollback(let seen):
    let isNews =
      !state.rollbackSigns.contains(seen)
      && state.rollbackSigns.count < Limits.rollbackSignsMax
    return isNews ? [.rollbackFound(RollbackFound(seen: seen))] : []
  case .quiet(let milliseconds):
    guard let newest = state.newest, now - newest >= milliseconds else { return [] }
    return [.heartbeat]
  case .rotating(let rotated): return [.credentialRotated(rotated)]
  case .refused(let id, let refused): return [.requestRefused(id, refused)]
  case .policyRefused(let refused): return [.policyRefused(refused)]
  }
}

extension Request {
  /// Whether nobody came in time.
  package func hasLapsed(at now: Timestamp) -> Bool {
    switch stage {
    case .pending(let lapsesAt): now >= lapsesAt
    case .approved(let approval): now >= approval.lapsesAt
    case .denied, .cancelled, .lapsed, .granted, .extended: false
    }
  }
}

extension State {
  /// Whether nobody came in time, or what it would extend is no longer active.
  package func hasLapsed(_ request: Request, at now: Timestamp) -> Bool {
    if request.hasLapsed(at: now) { return true }
    guard case .pending = request.stage, let grant = request.ask.extends else { return false }
    return requests[grant]?.grant?.isActive != true
  }
}

extension Grant {
  /// When it had to be over: the wall-clock deadline, or the moment at which the boot clock had
  /// counted its duration, whichever came first.
  func due(at now: Timestamp, _ boot: BootMark) -> Timestamp {
    guard boot.bootID == began.bootID else { return min(expiresAt, now) }
    let over = boot.milliseconds - began.milliseconds - duration.milliseconds
    let byBootClock = Timestamp(milliseconds: now.milliseconds - max(0, over))
    return min(expiresAt, byBootClock)
  }
}
