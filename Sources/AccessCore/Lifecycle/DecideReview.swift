func decideReview(
  _ review: ReviewSubmission, of id: RequestID, by caller: Caller, _ state: State,
  _ context: Context
) throws(Refusal) -> [Event] {
  let request = try find(id, for: caller, state, context.policy)
  try refuseAdminSocket(caller)
  let (rule, needed) = try ruleForReview(of: request, by: caller, state, context)
  try checkLength(review.comment, of: "comment")
  try checkDigest(review.digest, of: request)
  guard case .pending(let lapsesAt) = request.stage, context.now < lapsesAt else {
    throw wrongState(request, to: "reviewed", context.now)
  }
  switch review.verdict {
  case .deny:
    return try denial(review, of: request, needed, by: caller, state, context)
  case .approve:
    return try approval(review, of: request, rule, needed, by: caller, state, context)
  }
}

private func ruleForReview(
  of request: Request, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> (Entitlement, needed: ReviewRule) {
  try requireOther(caller, than: request)
  let policy = context.policy
  let rule = policy.rule(for: request.ask)
  let needed = rule?.review.applying(in: state.circumstances(of: request.ask, context))
  guard let rule, let needed, rule.isBreakGlass == request.ask.breakGlass,
    policy.isReviewer(caller.principal, under: needed)
  else { throw notReviewer(caller, of: request) }
  return (rule, needed)
}

func requireOther(_ caller: Caller, than request: Request) throws(Refusal) {
  guard request.ask.requester != caller.principal else {
    throw Refusal(
      .ownRequest, "nobody reviews their own request",
      hint: "`jit show \(request.id)` tells who can")
  }
}

func notReviewer(_ caller: Caller, of request: Request) -> Refusal {
  Refusal(
    .notReviewer, "\(caller.principal) is not among the reviewers of \(request.id)",
    hint: "`jit show \(request.id)` tells who can")
}

func checkDigest(_ shown: Digest?, of request: Request) throws(Refusal) {
  guard let shown, shown != request.digest else { return }
  throw Refusal(
    .otherDigest, "what you reviewed is not what was asked",
    hint: "look again: `jit show \(request.id)`")
}

private func denial(
  _ review: ReviewSubmission, of request: Request, _ needed: ReviewRule, by caller: Caller,
  _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  guard let comment = review.comment, !comment.text.isEmpty else {
    throw Refusal(.usage, "a denial needs a comment", hint: "say why with --comment")
  }
  let policy = context.policy
  let denials = Set(request.denials.filter(policy.counts).map(\.reviewer))
  guard !denials.contains(caller.principal) else {
    throw Refusal(.alreadyReviewed, "\(caller.principal) has denied \(request.id) already")
  }
  let recorded = try record(review, of: request, by: caller, state, context)
  guard policy.isDenied(needed, by: denials.union([caller.principal])) else {
    return [.reviewRecorded(request.id, recorded)]
  }
  return [.reviewRecorded(request.id, recorded), .requestDenied(request.id)]
}

private func approval(
  _ review: ReviewSubmission, of request: Request, _ rule: Entitlement, _ needed: ReviewRule,
  by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  try requireIssuing(context)
  let policy = context.policy
  // Nobody is to agree to what could not be activated any more.
  _ = try stillEntitled(request.ask, policy)
  try checkIsNews(review, of: request, by: caller.principal, policy)
  let recorded = try record(review, of: request, by: caller, state, context)
  guard let new = Review(recorded, by: caller, at: context.now) else { return [] }
  if !policy.isSigned(new), policy.needsSignature(of: caller.principal, needed) {
    throw Refusal(
      .signatureRequired, "an approval of \(caller.principal) counts only if it is signed",
      hint: "`jit approve \(request.id) --sign-with ~/.ssh/id_ed25519`")
  }
  let approvers = policy.approvers(of: request, with: new)
  let requester = request.ask.requester
  guard
    policy.isFilled(needed, by: approvers.all, signed: approvers.signed, requester: requester)
  else { return [.reviewRecorded(request.id, recorded)] }
  let approved = RequestApproved(
    duration: min(request.duration, new.duration ?? request.duration),
    lapsesAt: activationDeadline(request.ask, rule, context.now), by: approvers.all.sorted(),
    rule: rule.name, signed: policy.progress(of: request, under: needed, with: new).signers)
  return [.reviewRecorded(request.id, recorded), .requestApproved(request.id, approved)]
    + (try extending(by: request, approved.duration, rule, state, context))
}

/// Who has approved may do so again only where that counts for more: signed after unsigned.
private func checkIsNews(
  _ review: ReviewSubmission, of request: Request, by reviewer: Principal, _ policy: Policy
) throws(Refusal) {
  let earlier = request.approvals.filter { $0.reviewer == reviewer && policy.counts($0) }
  guard !earlier.contains(where: { policy.isSigned($0) || review.signature == nil }) else {
    throw Refusal(.alreadyReviewed, "\(reviewer) has approved \(request.id) already")
  }
}

/// The review as the ledger has it, once all that it claims was checked.
private func record(
  _ review: ReviewSubmission, of request: Request, by caller: Caller, _ state: State,
  _ context: Context
) throws(Refusal) -> ReviewRecorded {
  let shortened = try shortened(review, of: request)
  let statement = ReviewStatement(
    origin: state.origin ?? "", request: request.id, ask: request.ask, reviewer: caller.principal,
    verdict: review.verdict, shortened: shortened)
  let recorded = ReviewRecorded(
    verdict: review.verdict, duration: shortened, comment: review.comment?.commitment,
    digest: request.digest,
    signature: try review.signature.map { armored throws(Refusal) in
      try checked(armored, of: statement, context)
    },
    tokenIssuedBy: issuer(of: caller, state))
  if let counted = Review(recorded, by: caller, at: context.now), !context.policy.counts(counted) {
    throw refused(counted.method)
  }
  return recorded
}

func refused(_ method: ReviewMethod) -> Refusal {
  Refusal(
    .reviewMethod, "the policy takes no review by \(method.rawValue)",
    hint: "it says so under `reviews:`; `jit whoami` tells how you are known")
}

private func shortened(
  _ review: ReviewSubmission, of request: Request
) throws(Refusal) -> TimeSpan? {
  guard let text = review.duration else { return nil }
  guard review.verdict == .approve else {
    throw Refusal(.usage, "only an approval has a duration")
  }
  let wanted = try readDuration(text)
  guard wanted <= request.ask.duration else {
    throw Refusal(
      .widening, "\(wanted) is more than was asked",
      hint: "a reviewer may shorten \(request.ask.duration), never widen it")
  }
  return wanted
}

/// The signature, if it is one of exactly this statement, by a key that the policy has for the
/// reviewer.
private func checked(
  _ armored: String, of statement: ReviewStatement, _ context: Context
) throws(Refusal) -> ReviewSignature {
  let message = statement.message
  guard let key = context.signer(armored, message) else {
    throw Refusal(
      .signatureInvalid, "that is no signature of this review of \(statement.request)",
      hint: "`jit approve --sign-with` signs what it shows, with an Ed25519 key")
  }
  guard context.policy.signers[statement.reviewer, default: []].contains(key) else {
    throw Refusal(
      .signatureInvalid, "the key that signed is not one of \(statement.reviewer)",
      hint: "the policy lists keys under `signers:`")
  }
  return ReviewSignature(
    message: String(decoding: message, as: UTF8.self), armored: armored, key: key)
}

func issuer(of caller: Caller, _ state: State) -> Principal? {
  switch caller.proof {
  case .token(let id): state.tokens[id]?.issuedBy
  case .peer, .admin: nil
  }
}

extension Policy {
  /// Whether the person can only fill steps that count signed approvals alone.
  fileprivate func needsSignature(of person: Principal, _ rule: ReviewRule) -> Bool {
    switch rule {
    case .automatic, .afterwards: false
    case .steps(let steps):
      steps.filter { isMember(person, of: [$0.from]) }.allSatisfy(\.needsSignature)
    }
  }
}

func decideCancellation(
  of id: RequestID, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try findOwn(id, for: caller, to: "cancel", state, context.policy)
  switch request.stage {
  case .pending, .approved: return [.requestCancelled(id)]
  case .granted(_, let grant):
    switch grant.stage {
    case .activating, .active:
      throw Refusal(
        .wrongState, "\(id) \(describe(request, context.now))",
        hint: "give it back: `jit release \(id)`")
    case .revoking, .stuck, .ended, .forgotten:
      throw wrongState(request, to: "cancelled", context.now)
    }
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
