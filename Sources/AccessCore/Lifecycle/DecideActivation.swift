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
    let names = KeptScopeNames(origin: state.origin, sha256: context.sha256)
    return try activation(of: request, approval, names, context)
  case .granted(_, let grant):
    return try reissue(of: request, grant, context)
  case .pending(let lapsesAt):
    if context.now >= lapsesAt { throw wrongState(request, to: "activated", context.now) }
    throw Refusal(
      .needsReview, "\(id) waits for review", hint: "`jit show \(id)` tells who can approve it")
  case .denied, .cancelled, .lapsed, .extended:
    throw wrongState(request, to: "activated", context.now)
  }
}

private func activation(
  of request: Request, _ approval: Request.Approval, _ names: KeptScopeNames, _ context: Context
) throws(Refusal) -> [Event] {
  let (ask, policy, now) = (request.ask, context.policy, context.now)
  guard now < approval.lapsesAt else { throw wrongState(request, to: "activated", now) }
  if let start = ask.start, now < start {
    throw Refusal(.tooEarly, "\(request.id) may not be activated before \(start)")
  }
  let (database, role, rule) = try stillEntitled(ask, policy)
  let progress = policy.progress(
    under: rule.review, approvals: request.approvals, requester: ask.requester)
  guard progress.isComplete else {
    return [.requestReopened(request.id, RequestReopened(lapsesAt: now + rule.reviewWithin))]
  }
  let duration = min(approval.duration, rule.maxDuration)
  let activating = GrantActivating(
    roleName: grantRoleName(user: ask.requester, id: request.id), expiresAt: now + duration,
    began: context.boot, duration: duration, access: database.access,
    client: database.client ?? database.access.endpoint,
    scopes: names.scopes(of: role, on: database.uid), sessions: rule.sessions,
    actsAs: role.postgresql.actsAs)
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
    rule.covers(ask.database, ask.role),
    policy.people(in: rule.requesters).contains(ask.requester)
  else {
    throw Refusal(
      .notEntitled, "no rule lets \(ask.requester) have \(ask.role) on \(ask.database) any more",
      hint: "`jit databases` lists what you may ask for")
  }
  return (database, role, rule)
}
