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

  package init(
    name: EntitlementName, requesters: [Party], databases: Set<DatabaseName>,
    roles: Set<RoleName>, maxDuration: TimeSpan, reason: ReasonRule = ReasonRule(),
    review: ReviewRule, reviewWithin: TimeSpan, activateWithin: TimeSpan, sessions: Int = 4,
    residue: ResiduePolicy = .keep
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
  /// All steps are needed.
  case steps([ReviewStep])
}

/// `count` different people of `from` must approve.
package struct ReviewStep: Sendable, Equatable {
  package let from: Party
  package let count: Int

  package init(from: Party, count: Int) {
    self.from = from
    self.count = count
  }
}

/// What becomes of things that hold data and are still owned by a role when its grant ends.
package enum ResiduePolicy: String, Sendable, Codable, CaseIterable {
  /// They wait, fenced, for a person's decision.
  case keep
  /// They go with the role.
  case drop
}
