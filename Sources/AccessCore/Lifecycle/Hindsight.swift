/// What somebody says afterwards of access that was taken in an emergency.
package struct Hindsight: Sendable, Equatable {
  package let reviewer: Principal
  package let verdict: Judgement
  package let comment: Commitment
  /// How the reviewer was authenticated.
  package let method: ReviewMethod
  package let tokenIssuedBy: Principal?
  package let at: Timestamp

  package enum Judgement: String, Sendable, Codable, CaseIterable {
    case justified, unjustified
  }
}

extension Hindsight {
  /// Nil from the admin socket, which never reviews.
  init?(_ data: GlassReviewed, by reviewer: Caller, at time: Timestamp) {
    guard let method = ReviewMethod(reviewer.proof) else { return nil }
    self.init(
      reviewer: reviewer.principal, verdict: data.verdict, comment: data.comment, method: method,
      tokenIssuedBy: data.tokenIssuedBy, at: time)
  }
}

extension Request {
  /// Until when somebody else has to have looked at it; nil where no glass was broken, and as long
  /// as no access was taken.
  package var reviewDue: Timestamp? { grant?.reviewDue }

  /// Whether a review is still owed, in time or not.
  package var owesReview: Bool { reviewDue != nil && hindsight == nil }

  package func isReviewOverdue(at now: Timestamp) -> Bool {
    owesReview && reviewDue.map { $0 <= now } ?? false
  }
}

extension State {
  /// A request of the person's whose review is overdue, the oldest first.
  func overdueReview(of person: Principal, at now: Timestamp) -> Request? {
    open[person, default: []].compactMap { requests[$0] }.filter { $0.isReviewOverdue(at: now) }
      .min { ($0.submittedAt, $0.id) < ($1.submittedAt, $1.id) }
  }
}

/// Nobody breaks the glass while a review of theirs is overdue.
func requireNothingOverdue(
  of person: Principal, _ state: State, _ now: Timestamp
) throws(Refusal) {
  guard let owed = state.overdueReview(of: person, at: now) else { return }
  throw Refusal(
    .reviewOverdue, "the review of \(owed.id), where \(person) broke the glass, is overdue",
    hint: "`jit show \(owed.id)` tells who can review it; or ask without --break-glass")
}

func decideHindsight(
  _ review: HindsightSubmission, of id: RequestID, by caller: Caller, _ state: State,
  _ context: Context
) throws(Refusal) -> [Event] {
  let (policy, request) = (context.policy, try find(id, for: caller, state, context.policy))
  try refuseAdminSocket(caller)
  try requireOther(caller, than: request)
  guard policy.mayReview(caller.principal, request), let method = ReviewMethod(caller.proof) else {
    throw notReviewer(caller, of: request)
  }
  try checkLength(review.comment, of: "comment")
  try checkDigest(review.digest, of: request)
  guard policy.counts(method) else { throw refused(method) }
  guard request.owesReview else {
    if let hindsight = request.hindsight {
      throw Refusal(.alreadyReviewed, "\(hindsight.reviewer) has reviewed \(id) already")
    }
    throw Refusal(
      .wrongState, "\(id) owes no review",
      hint: "only access that was taken with --break-glass is reviewed afterwards")
  }
  guard let comment = review.comment, !comment.text.isEmpty else {
    throw Refusal(.usage, "a verdict needs a comment", hint: "say why with --comment")
  }
  let reviewed = GlassReviewed(
    verdict: review.verdict, comment: comment.commitment, digest: request.digest,
    tokenIssuedBy: issuer(of: caller, state))
  return [.glassReviewed(id, reviewed)]
}
