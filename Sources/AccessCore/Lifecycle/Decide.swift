/// What happens when `caller` says `command`: the events, or why not.
///
/// Pure: the same arguments give the same answer. Authorisation is checked before state, so that
/// nobody learns the state of what they may not see.
package func decide(
  _ command: Command, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  switch command {
  case .submit(let id, let submission):
    return try decideSubmission(submission, id, by: caller, state, context)
  case .review(let id, let review):
    return try decideReview(review, of: id, by: caller, state, context)
  case .reviewGlass(let id, let review):
    return try decideHindsight(review, of: id, by: caller, state, context)
  case .cancel(let id):
    return try decideCancellation(of: id, by: caller, state, context)
  case .activate(let id):
    return try decideActivation(of: id, by: caller, state, context)
  case .extend(let id, of: let grant, let submission):
    return try decideExtension(submission, id, of: grant, by: caller, state, context)
  case .release(let id):
    return try decideRelease(of: id, by: caller, state, context)
  case .revoke(let id, let reason):
    return try decideRevocation(of: id, reason, by: caller, state, context)
  case .lockDown(let range):
    return try decideLockdown(of: range, by: caller, state, context)
  case .liftLockdown(let range):
    return try decideLift(of: range, by: caller, state, context)
  case .lookAtResidue(let id):
    return try decideLookAtResidue(of: id, by: caller, state, context)
  case .decideResidue(let id, let fate):
    return try decideResidue(of: id, fate, by: caller, state, context)
  case .forget(let id, let why):
    return try decideForgetting(id, why, by: caller, state, context)
  case .issueToken(let id, let user, let hash, let lifetime):
    return try decideToken(id, for: user, hash, lifetime, by: caller, state, context)
  case .revokeToken(let id):
    return try decideTokenRevocation(id, by: caller, state)
  case .export(let format, let filters):
    try require(.audit, of: caller, context.policy)
    return [
      .auditExported(AuditExported(format: format, size: state.nextSeq, filters: filters))
    ]
  case .erase(let id, let texts):
    return try decideErasure(of: id, texts, by: caller, state, context)
  case .backup:
    try requireAdminSocket(caller)
    return [.auditExported(AuditExported(format: "backup", size: state.nextSeq))]
  case .reloadPolicy:
    try require(.operate, of: caller, context.policy)
    return []
  case .operate(let operation):
    return try decideOperation(operation, by: caller, context)
  }
}

/// Refuses unless the caller has the authority.
package func require(
  _ authority: Authority, of caller: Caller, _ policy: Policy
) throws(Refusal) {
  guard policy.authorises(caller, authority) else {
    throw Refusal(
      .notAuthorised, "\(caller.principal) does not have the authority “\(authority.rawValue)”",
      hint: "the policy gives it under `authorities:`")
  }
}

/// The request, if it exists for the caller.
func find(
  _ id: RequestID, for caller: Caller, _ state: State, _ policy: Policy
) throws(Refusal) -> Request {
  guard let request = state.requests[id], policy.sees(caller, request) else {
    throw Refusal.unknownRequest(id.text)
  }
  return request
}

/// The request, if it is the caller's own.
func findOwn(
  _ id: RequestID, for caller: Caller, to act: String, _ state: State, _ policy: Policy
) throws(Refusal) -> Request {
  let request = try find(id, for: caller, state, policy)
  try refuseAdminSocket(caller)
  guard request.ask.requester == caller.principal else {
    throw Refusal(.notRequester, "only \(request.ask.requester) can \(act) \(id)")
  }
  return request
}

/// The admin socket neither requests nor reviews: it proves a machine's operator, not a person.
func refuseAdminSocket(_ caller: Caller) throws(Refusal) {
  guard !caller.isAdmin else {
    throw Refusal(
      .adminSocket, "the admin socket neither requests nor reviews",
      hint: "use the ordinary socket or a token")
  }
}

func requireIssuing(_ context: Context) throws(Refusal) {
  if case .stopped(let because) = context.issuing {
    throw Refusal(
      .issuingStopped, "no access is given now: \(because)",
      hint: "grants that are live still end on time; the log of jitd has the cause")
  }
}

extension Refusal {
  package static func unknownRequest(_ id: String) -> Refusal {
    Refusal(.unknownRequest, "there is no request \(id.inert)", hint: "see `jit requests`")
  }
}
