/// What one rule says to somebody who would ask.
package struct Explanation: Sendable, Equatable {
  package let rule: EntitlementName
  package let maxDuration: TimeSpan
  /// Why it does not let them ask, in words; none when it does.
  package let objections: [String]
  /// Which reviews it takes, and who could give them; none without review.
  package let needs: [ReviewProgress.Need]
  /// Steps that are not needed, each with the conditions that do not hold.
  package let spared: [String]
  /// What keeps it from being given now.
  package let stop: Stop?
}

/// Who would ask for what, as it came in.
package struct Question: Sendable {
  /// Nil for whoever asks this.
  package let person: String?
  package let database: String
  package let role: String
  package let duration: String

  package init(person: String?, database: String, role: String, duration: String) {
    self.person = person
    self.database = database
    self.role = role
    self.duration = duration
  }
}

/// What each of a person's rules says, and each rule for the database. About others, and of rules that
/// are not for themselves, only who has the authority `operate` is told.
package func explain(
  _ question: Question, to caller: Caller, _ policy: Policy, now: Timestamp, _ history: History
) throws(Refusal) -> [Explanation] {
  let person = try question.asker(caller, policy)
  let database = try findDatabase(question.database, for: person, policy)
  let role = try findRole(question.role, policy)
  let duration = try readDuration(question.duration)
  let seesAll = policy.authorises(caller, .operate)
  let rules = policy.entitlements.values.filter { rule in
    policy.isMember(person, of: rule.requesters)
      || seesAll && rule.databases.contains(database.name)
  }
  return rules.map { rule in
    let target = Target(database, role.name, under: rule.name)
    let circumstances = Circumstances(
      target, duration: duration, time: now, isFirstTime: history.isFirstTime)
    return policy.explanation(of: rule, for: person, circumstances)
  }
  .sorted { ($0.objections.count, $0.rule) < ($1.objections.count, $1.rule) }
}

extension Question {
  package func asker(_ caller: Caller, _ policy: Policy) throws(Refusal) -> Principal {
    guard let text = person, text != caller.principal.text else { return caller.principal }
    try require(.operate, of: caller, policy)
    guard let person = Principal(text), policy.everybody.contains(person) else {
      throw Refusal(
        .unknownPerson, "no rule names “\(text.prefix(64).inert)”",
        hint: offer(text, policy.everybody.map(\.text))
          ?? "people are members of the groups of the policy")
    }
    return person
  }
}

extension Policy {
  fileprivate func explanation(
    of rule: Entitlement, for person: Principal, _ circumstances: Circumstances
  ) -> Explanation {
    let needed = rule.review.applying(in: circumstances)
    return Explanation(
      rule: rule.name, maxDuration: rule.maxDuration,
      objections: objections(of: rule, to: person, circumstances),
      needs: progress(under: needed, approvals: [], requester: person).needs,
      spared: rule.review.spared(in: circumstances),
      stop: stop(circumstances.target, under: rule, at: circumstances.time))
  }

  private func objections(
    of rule: Entitlement, to person: Principal, _ circumstances: Circumstances
  ) -> [String] {
    let (target, duration) = (circumstances.target, circumstances.duration)
    var objections: [String] = []
    if !isMember(person, of: rule.requesters) {
      let parties = shown(rule.requesters.map(\.text))
      objections.append("it is for \(parties), and \(person) is not among them")
    }
    if !rule.databases.contains(target.database) {
      let databases = shown(rule.databases.sorted().map(\.text))
      objections.append("it is for \(databases), not for \(target.database)")
    }
    if !rule.roles.contains(target.role) {
      let roles = shown(rule.roles.sorted().map(\.text))
      objections.append("it is for \(roles), not for \(target.role)")
    }
    if rule.isBreakGlass { objections.append("it is for emergencies, with --break-glass") }
    if duration > rule.maxDuration {
      objections.append("\(duration) is more than \(rule.maxDuration)")
    }
    return objections
  }
}

/// The first of them, and how many more there are.
private func shown(_ names: [String]) -> String {
  let more = names.count - Limits.namesShownMax
  return names.prefix(Limits.namesShownMax).joined(separator: ", ")
    + (more > 0 ? " and \(more) more" : "")
}

extension ReviewRule {
  fileprivate func spared(in circumstances: Circumstances) -> [String] {
    switch self {
    case .automatic, .afterwards: []
    case .steps(let steps):
      steps.filter { !$0.applies(in: circumstances) }.map { step in
        let conditions = step.when.map(\.words).joined(separator: ", or ")
        return "\(step.count) of \(step.from.text), only if \(conditions)"
      }
    }
  }
}
