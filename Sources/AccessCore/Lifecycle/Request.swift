/// What was asked, exactly; reviews bind to its digest.
package struct Ask: Sendable, Equatable, Codable {
  package let requester: Principal
  package let database: DatabaseName
  package let databaseUID: DatabaseUID
  package let environment: Environment
  package let role: RoleName
  package let duration: TimeSpan
  /// Not before this; nil means at once.
  package let start: Timestamp?
  package let reason: Commitment?
  package let ticket: Commitment?
  package let entitlement: EntitlementName
  /// The grant of which this asks for more; nil when it asks for a grant of its own.
  package let extends: RequestID?

  private enum CodingKeys: String, CodingKey {
    case requester, database, environment, role, duration, start, reason, ticket, entitlement
    case extends
    case databaseUID = "database_uid"
  }
}

/// A request and, once activated, its grant.
package struct Request: Sendable, Equatable {
  package let id: RequestID
  package let ask: Ask
  /// SHA-256 over the origin, the id and the ask: what a review is bound to.
  package let digest: Digest
  package let submittedAt: Timestamp
  package internal(set) var reviews: [Review] = []
  package internal(set) var stage: Stage

  package enum Stage: Sendable, Equatable {
    case pending(lapsesAt: Timestamp)
    case approved(Approval)
    case denied(at: Timestamp)
    case cancelled(at: Timestamp)
    case lapsed(at: Timestamp)
    case granted(Approval, Grant)
    /// An extension that was approved: what it asked for is part of the grant that it extends.
    case extended(Approval)
  }

  package struct Approval: Sendable, Equatable {
    package let at: Timestamp
    /// The shortest of what was asked and what the reviewers allowed.
    package let duration: TimeSpan
    /// When nobody has activated it until then, it lapses.
    package let lapsesAt: Timestamp
  }

  /// Whether the history of this request is over.
  package var isClosed: Bool {
    switch stage {
    case .pending, .approved: false
    case .denied, .cancelled, .lapsed, .extended: true
    case .granted(_, let grant): grant.isEnded
    }
  }

  package var grant: Grant? {
    guard case .granted(_, let grant) = stage else { return nil }
    return grant
  }

  /// What lasts: the shortest of what was asked and what reviewers have allowed so far, and for a
  /// grant all that it was extended by.
  package var duration: TimeSpan {
    switch stage {
    case .approved(let approval), .extended(let approval): approval.duration
    case .granted(_, let grant): grant.duration
    case .pending, .denied, .cancelled, .lapsed:
      reviews.compactMap(\.duration).reduce(ask.duration, min)
    }
  }

  /// People whose approval of exactly this request stands: their last word counts.
  package var approvals: Set<Principal> { people(whoseLastWordIs: .approve) }

  /// People whose denial stands.
  package var denials: Set<Principal> { people(whoseLastWordIs: .deny) }

  private func people(whoseLastWordIs verdict: Verdict) -> Set<Principal> {
    let words = reviews.filter { $0.digest == digest }.map { ($0.reviewer, $0.verdict) }
    let last = Dictionary(words) { _, later in later }
    return Set(last.filter { $0.value == verdict }.keys)
  }
}

package enum Verdict: String, Sendable, Codable {
  case approve, deny
}

/// One person's word on a request.
package struct Review: Sendable, Equatable {
  package let reviewer: Principal
  package let verdict: Verdict
  /// A shorter duration than was asked; nil leaves it.
  package let duration: TimeSpan?
  package let comment: Commitment?
  package let digest: Digest
  package let at: Timestamp
}
