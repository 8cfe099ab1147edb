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
  private let glass: Bool?

  /// Emergency access, which nobody reviews before. The key is missing where it is not that.
  package var breakGlass: Bool { glass ?? false }

  package init(
    requester: Principal, database: DatabaseName, databaseUID: DatabaseUID,
    environment: Environment, role: RoleName, duration: TimeSpan, start: Timestamp?,
    reason: Commitment?, ticket: Commitment?, entitlement: EntitlementName, extends: RequestID?,
    breakGlass: Bool = false
  ) {
    self.requester = requester
    self.database = database
    self.databaseUID = databaseUID
    self.environment = environment
    self.role = role
    self.duration = duration
    self.start = start
    self.reason = reason
    self.ticket = ticket
    self.entitlement = entitlement
    self.extends = extends
    glass = breakGlass ? true : nil
  }

  private enum CodingKeys: String, CodingKey {
    case requester, database, environment, role, duration, start, reason, ticket, entitlement
    case extends
    case databaseUID = "database_uid"
    case glass = "break_glass"
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
  /// What was said of a broken glass afterwards.
  package internal(set) var hindsight: Hindsight?
  /// Whether the ledger says that its review is overdue.
  package internal(set) var isMarkedOverdue = false
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
  package var isClosed: Bool { isOver && !owesReview }

  /// Whether nothing is or can be given any more.
  package var isOver: Bool {
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

  /// The approvals of exactly this request that stand, whether they count today or not.
  package var approvals: [Review] { standing(.approve) }

  /// The denials that stand.
  package var denials: [Review] { standing(.deny) }

  /// Those after which their reviewer has not said the opposite: the last word counts.
  private func standing(_ verdict: Verdict) -> [Review] {
    let words = reviews.filter { $0.digest == digest }
    return words.enumerated().filter { index, word in
      word.verdict == verdict
        && !words[(index + 1)...].contains { later in
          later.reviewer == word.reviewer && later.verdict != verdict
        }
    }.map(\.element)
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
  /// The key that signed it; nil when nobody did.
  package let signedWith: SSHKey?
  /// How the reviewer was authenticated.
  package let method: ReviewMethod
  /// Who issued the token that the reviewer was authenticated by.
  package let tokenIssuedBy: Principal?
  package let at: Timestamp
}

/// How somebody who reviews is authenticated.
package enum ReviewMethod: String, Sendable, Codable, CaseIterable {
  /// As the OS user at the other end of the socket.
  case peer
  /// By a token that an administrator of the broker issued.
  case token
}

extension ReviewMethod {
  /// Nil for the admin socket, which never reviews.
  init?(_ proof: Caller.Proof) {
    switch proof {
    case .peer: self = .peer
    case .token: self = .token
    case .admin: return nil
    }
  }
}

extension Review {
  /// Nil from the admin socket.
  init?(_ data: ReviewRecorded, by reviewer: Caller, at time: Timestamp) {
    guard let method = ReviewMethod(reviewer.proof) else { return nil }
    self.method = method
    self.reviewer = reviewer.principal
    verdict = data.verdict
    duration = data.duration
    comment = data.comment
    digest = data.digest
    signedWith = data.signature?.key
    tokenIssuedBy = data.tokenIssuedBy
    at = time
  }
}
