import AccessCore

/// What people gain and lose when one policy takes the place of another.
package struct PolicyDifference: Sendable, Equatable {
  package let changes: [Change]

  /// Something that some people may do, or that a rule says.
  package struct Change: Sendable, Equatable {
    package let kind: Kind
    /// `write on orders_PROD`, `reviews of orders-write`, `orders-write: at most 1h, now 2h`
    package let what: String
    /// Whom it is about; nobody for what a rule says.
    package let people: [Principal]
  }

  package enum Kind: String, Sendable {
    case gained, lost, changed
  }

  package init(from old: Policy, to new: Policy) {
    changes =
      Self.compare(old.access, new.access) + Self.compare(old.reviewers, new.reviewers)
      + Self.compare(old.powers, new.powers) + Self.changedRules(old, new)
      + Self.changedDatabases(old, new) + Self.changedRoles(old, new)
      + Self.changedFreezes(old, new) + Self.changedReviews(old, new)
  }

  private static func compare(
    _ old: [String: Set<Principal>], _ new: [String: Set<Principal>]
  ) -> [Change] {
    Set(old.keys).union(new.keys).sorted().flatMap { what -> [Change] in
      let (before, after) = (old[what, default: []], new[what, default: []])
      let gained = after.subtracting(before).sorted()
      let lost = before.subtracting(after).sorted()
      return [(Kind.gained, gained), (.lost, lost)].filter { !$0.1.isEmpty }
        .map { Change(kind: $0, what: what, people: $1) }
    }
  }

  /// Rules that are in both and say something else of how, not of who and what.
  private static func changedRules(_ old: Policy, _ new: Policy) -> [Change] {
    new.entitlements.values.sorted { $0.name < $1.name }.flatMap { rule -> [Change] in
      guard let before = old.entitlements[rule.name] else { return [] }
      let terms = zip(before.terms, rule.terms).filter { $0 != $1 }.map { "\($0), now \($1)" }
      let hasOtherTimes = terms.isEmpty && before.times != rule.times
      return (hasOtherTimes ? ["its windows have other times"] : terms).map {
        Change(kind: .changed, what: "\(rule.name): \($0)", people: [])
      }
    }
  }

  /// Who can sign, and by whom no review is taken.
  private static func changedReviews(_ old: Policy, _ new: Policy) -> [Change] {
    let people = Set(old.signers.keys).union(new.signers.keys).sorted().filter {
      Set(old.signers[$0, default: []]) != Set(new.signers[$0, default: []])
    }
    var changes = people.map {
      Change(kind: .changed, what: "the keys that sign for \($0)", people: [])
    }
    if old.reviewsNotBy != new.reviewsNotBy {
      let methods = new.reviewsNotBy.map(\.rawValue).sorted().joined(separator: ", ")
      let what = methods.isEmpty ? "reviews are taken by everybody" : "no review by \(methods)"
      changes.append(Change(kind: .changed, what: what, people: []))
    }
    return changes
  }

  /// What a role gives is what all who may ask for it get.
  private static func changedRoles(_ old: Policy, _ new: Policy) -> [Change] {
    new.roles.values.sorted { $0.name < $1.name }.flatMap { role -> [Change] in
      guard let before = old.roles[role.name], before != role else { return [] }
      let what =
        before.writes == role.writes
        ? "gives something else" : role.writes ? "writes now" : "does not write any more"
      return [Change(kind: .changed, what: "the role \(role.name) \(what)", people: [])]
    }
  }

  private static func changedFreezes(_ old: Policy, _ new: Policy) -> [Change] {
    Set(old.freezes.keys).union(new.freezes.keys).sorted().compactMap { name -> Change? in
      let (before, after) = (old.freezes[name], new.freezes[name])
      guard before != after else { return nil }
      let what = before == nil ? "is new" : after == nil ? "is gone" : "is another one"
      return Change(kind: .changed, what: "the freeze \(name) \(what)", people: [])
    }
  }

  private static func changedDatabases(_ old: Policy, _ new: Policy) -> [Change] {
    new.databases.values.sorted { $0.name < $1.name }.flatMap { database -> [Change] in
      guard let before = old.databases[database.name], before != database else { return [] }
      let what =
        if before.uid != database.uid {
          "is another database, \(database.uid) in place of \(before.uid)"
        } else if before.environment != database.environment {
          "is \(database.environment.rawValue), no more \(before.environment.rawValue)"
        } else {
          "is reached in another way"
        }
      return [Change(kind: .changed, what: "\(database.name) \(what)", people: [])]
    }
  }
}

extension Policy {
  /// Who may ask for what.
  fileprivate var access: [String: Set<Principal>] {
    var access: [String: Set<Principal>] = [:]
    for rule in entitlements.values {
      let people = people(in: rule.requesters)
      for database in rule.databases {
        for role in rule.roles { access["\(role) on \(database)", default: []].formUnion(people) }
      }
    }
    return access
  }

  fileprivate var reviewers: [String: Set<Principal>] {
    var reviewers: [String: Set<Principal>] = [:]
    for rule in entitlements.values {
      guard case .steps(let steps) = rule.review else { continue }
      reviewers["reviews of \(rule.name)"] = people(in: steps.map(\.from))
    }
    return reviewers
  }

  fileprivate var powers: [String: Set<Principal>] {
    Dictionary(
      uniqueKeysWithValues: authorities.map {
        ("the authority \($0.key.rawValue)", people(in: $0.value))
      })
  }
}

extension Entitlement {
  /// Windows with their times, which the words do not tell.
  fileprivate var times: [Window] {
    switch review {
    case .automatic: windows
    case .steps(let steps): windows + steps.flatMap { $0.when.flatMap(\.outside) }
    }
  }

  /// What it says, in words, each always at the same place.
  fileprivate var terms: [String] {
    func optional(_ value: (some CustomStringConvertible)?, _ words: String) -> String {
      value.map { "\($0) \(words)" } ?? "no limit \(words)"
    }
    let windows = windows.map(\.name.text).joined(separator: " or ")
    return [
      "at most \(maxDuration)", review.terms,
      reason.pattern.map { "reasons with \($0.inert)" }
        ?? (reason.required ? "any reason" : "no reason needed"),
      windows.isEmpty
        ? "at any time" : "in \(windows)" + (endsWithWindow ? ", and not beyond" : ""),
      optional(perDay?.grants, "grants a day"), optional(perDay?.duration, "a day"),
      optional(concurrent, "at one time"), "\(sessions) sessions", "review within \(reviewWithin)",
      "activation within \(activateWithin)",
    ]
  }
}

extension ReviewRule {
  /// As `summary`, with the conditions.
  fileprivate var terms: String {
    switch self {
    case .automatic: return summary
    case .steps(let steps):
      let parts = steps.map { step in
        let when = step.when.map(\.words).joined(separator: ", or ")
        let denials = step.denyThreshold > 1 ? " (\(step.denyThreshold) deny)" : ""
        let signed = step.needsSignature ? ", signed" : ""
        return "\(step.count) of \(step.from.text)\(signed)\(denials)"
          + (when.isEmpty ? "" : " if \(when)")
      }
      return "review by " + parts.joined(separator: " and ")
    }
  }
}
