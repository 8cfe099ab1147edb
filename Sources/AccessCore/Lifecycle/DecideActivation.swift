/// Activation of an approved request, or a new password for an active grant.
///
/// An approval that today's policy and people no longer carry comes back as
/// `request.reopened`: the request waits for reviews again.
func decideActivation(
  of id: RequestID, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try findOwn(id, for: caller, to: "activate", state, context.policy)
  try requireIssuing(context)
  try requireUnlocked(request.ask, state)
  switch request.stage {
  case .approved(let approval):
    if request.ask.breakGlass {
      try requireNothingOverdue(of: caller.principal, state, context.now)
    }
    return try activation(of: request, approval, state, context)
  case .granted(_, let grant):
    return try reissue(of: request, grant, context)
  case .pending(let lapsesAt):
    if context.now >= lapsesAt { throw wrongState(request, to: "activated", context.now) }
    return try lateApproval(of: request, state, context)
  case .denied, .cancelled, .lapsed, .extended:
    throw wrongState(request, to: "activated", context.now)
  }
}

/// What was asked for more reviews may need no more of them: the conditions of a step no longer hold.
private func lateApproval(
  of request: Request, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let (id, ask) = (request.id, request.ask)
  let (_, _, rule) = try stillEntitled(ask, context.policy)
  let needed = rule.review.applying(in: state.circumstances(of: ask, context))
  guard ask.extends == nil, isReviewed(request, needed, context.policy) else {
    throw Refusal(
      .needsReview, "\(id) waits for review", hint: "`jit show \(id)` tells who can approve it")
  }
  let approved = RequestApproved(
    duration: request.duration, lapsesAt: activationDeadline(ask, rule, context.now),
    by: context.policy.approvers(of: request).all.sorted(), rule: rule.name,
    signed: context.policy.progress(of: request, under: needed).signers)
  let approval = Request.Approval(
    at: context.now, duration: approved.duration, lapsesAt: approved.lapsesAt)
  return [.requestApproved(id, approved)] + (try activation(of: request, approval, state, context))
}

private func isReviewed(
  _ request: Request, _ needed: ReviewRule, _ policy: Policy
) -> Bool {
  let approvers = policy.approvers(of: request)
  return policy.isFilled(
    needed, by: approvers.all, signed: approvers.signed, requester: request.ask.requester)
}

private func activation(
  of request: Request, _ approval: Request.Approval, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let (ask, policy, now) = (request.ask, context.policy, context.now)
  guard now < approval.lapsesAt else { throw wrongState(request, to: "activated", now) }
  if let start = ask.start, now < start {
    throw Refusal(.tooEarly, "\(request.id) may not be activated before \(start)")
  }
  let (database, role, rule) = try stillEntitled(ask, policy)
  try requireOpen(ask, rule, at: now, policy)
  let needed = rule.review.applying(in: state.circumstances(of: ask, context))
  guard isReviewed(request, needed, policy) else {
    return [.requestReopened(request.id, RequestReopened(lapsesAt: now + rule.reviewWithin))]
  }
  let wanted = min(approval.duration, rule.maxDuration)
  try policy.checkCaps(on: ask, for: wanted, rule, state, context)
  let duration =
    policy.end(Target(ask), under: rule, after: now).map { wanted.cut(to: $0 - now) }
    ?? wanted
  let names = KeptScopeNames(origin: state.origin, sha256: context.sha256)
  let activating = GrantActivating(
    roleName: grantRoleName(user: ask.requester, id: request.id), expiresAt: now + duration,
    began: context.boot, duration: duration, access: database.access,
    client: database.client ?? database.access.endpoint,
    scopes: names.scopes(of: role, on: database.uid), sessions: rule.sessions,
    actsAs: role.postgresql.actsAs, residue: rule.residue,
    scopesOwn: database.accept.contains(.scopeOwnsObjects),
    reviewDue: rule.reviewAfter.map { now + $0 })
  return [.grantActivating(request.id, activating)]
}

private func reissue(
  of request: Request, _ grant: Grant, _ context: Context
) throws(Refusal) -> [Event] {
  guard case .active = grant.stage, !grant.isOver(at: context.now, context.boot) else {
    throw wrongState(request, to: "activated", context.now)
  }
  _ = try stillEntitled(request.ask, context.policy)
  return [.credentialReissued(request.id)]
}

/// Refuses while a freeze or closed windows stop access.
func requireOpen(
  _ ask: Ask, _ rule: Entitlement, at time: Timestamp, _ policy: Policy
) throws(Refusal) {
  guard let stop = policy.stop(Target(ask), under: rule, at: time) else { return }
  let code: Refusal.Code =
    switch stop.because {
    case .freeze: .frozen
    case .windows: .outsideWindow
    }
  throw Refusal(
    code, "\(ask.role) on \(ask.database) is not given now: \(stop.words)",
    hint: stop.until.map { "ask for a later time: `jit request … --start \($0)`" })
}

/// What the ask means under today's policy.
package func stillEntitled(
  _ ask: Ask, _ policy: Policy
) throws(Refusal) -> (Database, Role, Entitlement) {
  guard let database = policy.databases[ask.database], database.uid == ask.databaseUID else {
    throw Refusal(
      .notEntitled, "the database \(ask.database) is no longer the one that was asked for",
      hint: "ask anew")
  }
  guard
    let role = policy.roles[ask.role], let rule = policy.rule(for: ask),
    rule.covers(ask.database, ask.role), rule.isBreakGlass == ask.breakGlass,
    policy.isMember(ask.requester, of: rule.requesters)
  else {
    throw Refusal(
      .notEntitled, "no rule lets \(ask.requester) have \(ask.role) on \(ask.database) any more",
      hint: "`jit databases` lists what you may ask for")
  }
  return (database, role, rule)
}
