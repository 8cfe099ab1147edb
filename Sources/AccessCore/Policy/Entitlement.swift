/// Who may ask for which roles on which databases, for how long, reviewed by whom.
package struct Entitlement: Sendable, Equatable {
  package let name: EntitlementName
  package let requesters: [Party]
  package let databases: Set<DatabaseName>
  package let roles: Set<RoleName>
  package let maxDuration: TimeSpan
  package let reason: ReasonRule
  package let review: ReviewRule
  package let reviewWithin: TimeSpan
  package let activateWithin: TimeSpan
  /// Concurrent connections that a grant's role may hold.
  package let sessions: Int
  package let residue: ResiduePolicy
  /// Access is given in one of these only; none means at any time.
  package let windows: [Window]
  /// Whether a grant ends when its window closes.
  package let endsWithWindow: Bool
  package let perDay: DailyCap?
  /// Grants of one person on one database at one time.
  package let concurrent: Int?

  package init(
    name: EntitlementName, requesters: [Party], databases: Set<DatabaseName>,
    roles: Set<RoleName>, maxDuration: TimeSpan, reason: ReasonRule = ReasonRule(),
    review: ReviewRule, reviewWithin: TimeSpan, activateWithin: TimeSpan, sessions: Int = 4,
    residue: ResiduePolicy = .keep, windows: [Window] = [], endsWithWindow: Bool = false,
    perDay: DailyCap? = nil, concurrent: Int? = nil
  ) {
    self.name = name
    self.requesters = requesters
    self.databases = databases
    self.roles = roles
    self.maxDuration = maxDuration
    self.reason = reason
    self.review = review
    self.reviewWithin = reviewWithin
    self.activateWithin = activateWithin
    self.sessions = sessions
    self.residue = residue
    self.windows = windows
    self.endsWithWindow = endsWithWindow
    self.perDay = perDay
    self.concurrent = concurrent
  }
}

package struct ReasonRule: Sendable, Equatable {
  package let required: Bool
  /// A regular expression of which the reason must contain a match.
  package let pattern: String?
  /// What a person is asked when the reason is missing.
  package let prompt: String?

  package init(required: Bool = true, pattern: String? = nil, prompt: String? = nil) {
    self.required = required
    self.pattern = pattern
    self.prompt = prompt
  }
}

package enum ReviewRule: Sendable, Equatable {
  /// The policy says `review: none`, in that word.
  case automatic
  /// All steps that apply are needed.
  case steps([ReviewStep])
  /// Break-glass: nobody before, and one of them afterwards, so long after activation at most.
  case afterwards(by: Party, within: TimeSpan)
}

extension Entitlement {
  /// Whether it is for emergencies (`break_glass:`).
  package var isBreakGlass: Bool { reviewAfter != nil }

  /// How long after activation a review is due; nil where reviews come before.
  package var reviewAfter: TimeSpan? {
    switch review {
    case .automatic, .steps: nil
    case .afterwards(_, let span): span
    }
  }
}

/// `count` different people of `from` must approve.
package struct ReviewStep: Sendable, Equatable {
  package let from: Party
  package let count: Int
  /// Whether it counts signed approvals only.
  package let needsSignature: Bool
  /// How many of `from` have to deny for the request to be denied.
  package let denyThreshold: Int
  /// It applies when one of these holds; none means always.
  package let when: [Condition]

  package init(
    from: Party, count: Int, needsSignature: Bool = false, denyThreshold: Int = 1,
    when: [Condition] = []
  ) {
    self.from = from
    self.count = count
    self.needsSignature = needsSignature
    self.denyThreshold = denyThreshold
    self.when = when
  }
}

/// What becomes of things that hold data and are still owned by a role when its grant ends.
package enum ResiduePolicy: String, Sendable, Codable, CaseIterable {
  /// They wait, fenced, for a person's decision.
  case keep
  /// They go with the role.
  case drop

  package var fate: ResidueFate {
    switch self {
    case .keep: .keep
    case .drop: .drop
    }
  }
}
