/// Asks for more of a grant that is active: a request of its own, reviewed by the same rule.
///
/// Once it is approved it takes effect at once, in the same commit: the requester has said what they
/// want, and what was approved is no new access, only more of what they have.
func decideExtension(
  _ wanted: ExtensionSubmission, _ id: RequestID, of target: RequestID, by caller: Caller,
  _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let extended = try findOwn(target, for: caller, to: "extend", state, context.policy)
  try requireIssuing(context)
  try requireUnlocked(extended.ask, state)
  let grant = try activeGrant(of: extended, context)
  guard !extended.ask.breakGlass else {
    throw Refusal(
      .wrongState, "\(target) was taken with --break-glass, and is not extended",
      hint: "ask anew")
  }
  let (_, _, rule) = try stillEntitled(extended.ask, context.policy)
  if let open = state.extensions[target].flatMap({ state.requests[$0] }),
    !state.hasLapsed(open, at: context.now)
  {
    throw Refusal(
      .wrongState, "\(open.id) already asks for more of \(target)",
      hint: "wait for its review, or take it back: `jit cancel \(open.id)`")
  }
  let duration = try readDuration(wanted.duration)
  try checkTotal(of: grant, with: duration, rule)
  try checkReason(wanted.reason, against: rule.reason, context.verdicts)
  try checkOpenRequests(of: caller.principal, state)

  let ask = extended.ask.extending(target, by: duration, because: wanted.reason?.commitment)
  try checkTime(of: grant, with: duration, ask, rule, state, context)
  // There is nothing to extend once the grant is over.
  let lapsesAt = min(context.now + rule.reviewWithin, grant.expiresAt)
  let submitted = submitting(ask, id, lapsesAt: lapsesAt, state, context)
  switch rule.review {
  case .steps, .afterwards: return [.requestSubmitted(id, submitted)]
  case .automatic:
    let approved = RequestApproved(
      duration: duration, lapsesAt: lapsesAt, by: [], rule: rule.name)
    let moved = GrantExtended(grant, by: id, duration)
    return [
      .requestSubmitted(id, submitted), .requestApproved(id, approved),
      .grantExtended(target, moved),
    ]
  }
}

/// What the approval of an extension brings about; nothing for any other request.
///
/// Everything is judged again: between the ask and its approval the grant may have ended, and the
/// policy may have changed.
func extending(
  by request: Request, _ duration: TimeSpan, _ rule: Entitlement, _ state: State,
  _ context: Context
) throws(Refusal) -> [Event] {
  guard let target = request.ask.extends else { return [] }
  try requireUnlocked(request.ask, state)
  guard let extended = state.requests[target] else {
    throw Refusal(.wrongState, "\(target) has ended: there is nothing to extend")
  }
  let grant = try activeGrant(of: extended, context)
  _ = try stillEntitled(request.ask, context.policy)
  try checkTotal(of: grant, with: duration, rule)
  try checkTime(of: grant, with: duration, request.ask, rule, state, context)
  return [.grantExtended(target, GrantExtended(grant, by: request.id, duration))]
}

private func activeGrant(of request: Request, _ context: Context) throws(Refusal) -> Grant {
  guard
    let grant = request.grant, grant.isActive, !grant.isOver(at: context.now, context.boot)
  else { throw wrongState(request, to: "extended", context.now) }
  return grant
}

private func checkTotal(
  of grant: Grant, with more: TimeSpan, _ rule: Entitlement
) throws(Refusal) {
  guard grant.duration + more > rule.maxDuration else { return }
  throw Refusal(
    .durationOverMax,
    "\(rule.name) allows \(rule.maxDuration) since activation, of which \(grant.duration) are given",
    hint: rule.maxDuration.minus(grant.duration).map { "at most \($0) more can be given" }
      ?? "ask anew when the grant has ended")
}

/// More of what is live is access like any other: freezes, windows and caps hold for it.
private func checkTime(
  of grant: Grant, with more: TimeSpan, _ ask: Ask, _ rule: Entitlement, _ state: State,
  _ context: Context
) throws(Refusal) {
  let policy = context.policy
  try requireOpen(ask, rule, at: context.now, policy)
  try policy.checkCaps(on: ask, for: more, rule, state, context)
  if let end = policy.end(Target(ask), under: rule, after: context.now),
    grant.expiresAt + more > end
  {
    throw Refusal(
      .durationOverMax, "the grant has to end at \(end): a freeze or its window says so",
      hint: "ask for less")
  }
}

extension Ask {
  fileprivate func extending(
    _ grant: RequestID, by duration: TimeSpan, because reason: Commitment?
  ) -> Ask {
    Ask(
      requester: requester, database: database, databaseUID: databaseUID,
      environment: environment, role: role, duration: duration, start: nil, reason: reason,
      ticket: nil, entitlement: entitlement, extends: grant)
  }
}

extension GrantExtended {
  /// Both clocks move by as much.
  fileprivate init(_ grant: Grant, by request: RequestID, _ more: TimeSpan) {
    self.init(
      by: request, expiresAt: grant.expiresAt + more, duration: grant.duration + more)
  }
}
