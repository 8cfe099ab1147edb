func decideReview(
  _ review: ReviewSubmission, of id: RequestID, by caller: Caller, _ state: State,
  _ context: Context
) throws(Refusal) -> [Event] {
  let request = try find(id, for: caller, state, context.policy)
  try refuseAdminSocket(caller)
  let (rule, needed) = try ruleForReview(of: request, by: caller, state, context)
  try checkLength(review.comment, of: "comment")
  if let shown = review.digest, shown != request.digest {
    throw Refusal(
      .otherDigest, "what you reviewed is not what was asked", hint: "look again: `jit show \(id)`")
  }
  guard case .pending(let lapsesAt) = request.stage, context.now < lapsesAt else {
    throw wrongState(request, to: "reviewed", context.now)
  }
  switch review.verdict {
  case .deny: return try denial(review, of: request, needed, by: caller.principal, context)
  case .approve:
    return try approval(review, of: request, rule, needed, by: caller.principal, state, context)
  }
}

private func ruleForReview(
  of request: Request, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> (Entitlement, needed: ReviewRule) {
  guard request.ask.requester != caller.principal else {
    throw Refusal(
      .ownRequest, "nobody reviews their own request",
      hint: "`jit show \(request.id)` tells who can")
  }
  let policy = context.policy
  let rule = policy.rule(for: request.ask)
  let needed = rule?.review.applying(in: state.circumstances(of: request.ask, context))
  guard let rule, let needed, policy.isReviewer(caller.principal, under: needed) else {
    throw Refusal(
      .notReviewer, "\(caller.principal) is not among the reviewers of \(request.id)",
      hint: "`jit show \(request.id)` tells who can")
  }
  return (rule, needed)
}

private func denial(
  _ review: ReviewSubmission, of request: Request, _ needed: ReviewRule, by reviewer: Principal,
  _ context: Context
) throws(Refusal) -> [Event] {
  guard let comment = review.comment, !comment.text.isEmpty else {
    throw Refusal(.usage, "a denial needs a comment", hint: "say why with --comment")
  }
  guard !request.denials.contains(reviewer) else {
    throw Refusal(.alreadyReviewed, "\(reviewer) has denied \(request.id) already")
  }
  let recorded = ReviewRecorded(
    verdict: .deny, duration: nil, comment: comment.commitment, digest: request.digest)
  guard context.policy.isDenied(needed, by: request.denials.union([reviewer])) else {
    return [.reviewRecorded(request.id, recorded)]
  }
  return [.reviewRecorded(request.id, recorded), .requestDenied(request.id)]
}

private func approval(
  _ review: ReviewSubmission, of request: Request, _ rule: Entitlement, _ needed: ReviewRule,
  by reviewer: Principal, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  try requireIssuing(context)
  guard !request.approvals.contains(reviewer) else {
    throw Refusal(.alreadyReviewed, "\(reviewer) has approved \(request.id) already")
  }
  var shorter: TimeSpan?
  if let text = review.duration {
    let wanted = try readDuration(text)
    guard wanted <= request.ask.duration else {
      throw Refusal(
        .widening, "\(wanted) is more than was asked",
        hint: "a reviewer may shorten \(request.ask.duration), never widen it")
    }
    shorter = wanted
  }
  let recorded = ReviewRecorded(
    verdict: .approve, duration: shorter, comment: review.comment?.commitment,
    digest: request.digest)
  let approvals = request.approvals.union([reviewer])
  guard
    context.policy.isFilled(needed, by: approvals, requester: request.ask.requester)
  else { return [.reviewRecorded(request.id, recorded)] }
  let approved = RequestApproved(
    duration: min(request.duration, shorter ?? request.duration),
    lapsesAt: activationDeadline(request.ask, rule, context.now), by: approvals.sorted(),
    rule: rule.name)
  return [.reviewRecorded(request.id, recorded), .requestApproved(request.id, approved)]
    + (try extending(by: request, approved.duration, rule, state, context))
}

func decideCancellation(
  of id: RequestID, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try findOwn(id, for: caller, to: "cancel", state, context.policy)
  switch request.stage {
  case .pending, .approved: return [.requestCancelled(id)]
  case .granted:
    throw Refusal(.wrongState, "\(id) is active", hint: "give it back: `jit release \(id)`")
  case .denied, .cancelled, .lapsed, .extended:
    throw wrongState(request, to: "cancelled", context.now)
  }
}

/// The refusal for something that the request's state does not allow.
package func wrongState(_ request: Request, to act: String, _ now: Timestamp) -> Refusal {
  Refusal(
    .wrongState, "\(request.id) \(describe(request, now)) and cannot be \(act)",
    hint: "see `jit show \(request.id)`")
}

private func describe(_ request: Request, _ now: Timestamp) -> String {
  switch request.stage {
  case .pending(let lapsesAt): now < lapsesAt ? "is pending" : "has lapsed"
  case .approved(let approval): now < approval.lapsesAt ? "is approved" : "has lapsed"
  case .denied: "was denied"
  case .cancelled: "was cancelled"
  case .lapsed: "has lapsed"
  case .extended: "has extended its grant"
  case .granted(_, let grant):
    switch grant.stage {
    case .activating: "is being activated"
    case .active: "is active"
    case .revoking: "is being revoked"
    case .stuck: "is stuck in revocation"
    case .forgotten: "was stuck in revocation, and is forgotten"
    case .ended(let ending, _, _): "has ended (\(ending.cause.rawValue))"
    }
  }
}
