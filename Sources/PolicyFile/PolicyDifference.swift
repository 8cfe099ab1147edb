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
      Self.compare(old.access, new.access) + Self.compareWays(old, new)
      + Self.compare(old.reviewers, new.reviewers)
      + Self.compare(old.powers, new.powers) + Self.changedRules(old, new)
      + Self.changedDatabases(old, new) + Self.changedRoles(old, new)
      + Self.changedFreezes(old, new) + Self.changedReviews(old, new)
  }

  private static func compare(
    _ old: [String: Set<Principal>], _ new: [String: Set<Principal>]
  ) -> [Change] {
    Set(old.keys).union(new.keys).sorted().flatMap { what -> [Change] in
      let (before, after) = (old[what, default: []], new[what, default: []])
      return changes(
        what, gained: after.subtracting(before), lost: before.subtracting(after))
    }
  }

  static func changes(
    _ what: String, gained: Set<Principal>, lost: Set<Principal>
  ) -> [Change] {
    [(Kind.gained, gained), (.lost, lost)].filter { !$0.1.isEmpty }
      .map { Change(kind: $0, what: what, people: $1.sorted()) }
  }

  /// What rules say of how, not of who and what.
  private static func changedRules(_ old: Policy, _ new: Policy) -> [Change] {
    let names = Set(old.entitlements.keys).union(new.entitlements.keys).sorted()
    return names.flatMap { name -> [Change] in
      let said: [String] =
        switch (old.entitlements[name], new.entitlements[name]) {
        case (nil, nil): []
        case (nil, let rule?): [" is new: " + rule.terms.prefix(2).joined(separator: ", ")]
        case (_?, nil): [" is gone"]
        case (let before?, let rule?): rule.changes(since: before).map { ": " + $0 }
        }
      return said.map { Change(kind: .changed, what: "\(name)\($0)", people: []) }
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
      return database.changes(since: before).map {
        Change(kind: .changed, what: "\(database.name) \($0)", people: [])
      }
    }
  }
}

extension Database {
  /// What is otherwise, in words.
  fileprivate func changes(since before: Database) -> [String] {
    if uid != before.uid { return ["is another database, \(uid) in place of \(before.uid)"] }
    var changes: [String] = []
    if environment != before.environment {
      changes.append("is \(environment.rawValue), no more \(before.environment.rawValue)")
    }
    let accepted = accept.subtracting(before.accept).map(\.rawValue).sorted()
    if !accepted.isEmpty { changes.append("accepts \(accepted.joined(separator: ", "))") }
    let refused = before.accept.subtracting(accept).map(\.rawValue).sorted()
    if !refused.isEmpty { changes.append("no more accepts \(refused.joined(separator: ", "))") }
    if (access, client, applier) != (before.access, before.client, before.applier) {
      changes.append("is reached in another way")
    }
    return changes
  }
}

extension Policy {
  fileprivate var reviewers: [String: Set<Principal>] {
    var reviewers: [String: Set<Principal>] = [:]
    for rule in entitlements.values {
      switch rule.review {
      case .automatic: break
      case .steps(let steps):
        reviewers["reviews of \(rule.name)"] = people(in: steps.map(\.from))
      case .afterwards(let party, _):
        reviewers["reviews of \(rule.name)"] = people(in: party)
      }
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
  fileprivate func changes(since before: Entitlement) -> [String] {
    let changes = zip(before.terms, terms).filter { $0 != $1 }.map { "\($0), now \($1)" }
    return changes.isEmpty && times != before.times ? ["its windows have other times"] : changes
  }

  /// Windows with their times, which the words do not tell.
  fileprivate var times: [Window] {
    switch review {
    case .automatic, .afterwards: windows
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
      "activation within \(activateWithin)", "residue: \(residue.rawValue)",
    ]
  }
}

extension ReviewRule {
  /// As `summary`, with the conditions.
  fileprivate var terms: String {
    switch self {
    case .automatic, .afterwards: return summary
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
