import AccessCore

extension DefinedNames {
  /// Reports steps that different people can never fill, nobody reviewing their own request.
  ///
  /// All steps can be filled exactly when each choice of steps has at least as many people as it
  /// needs (Hall 1935). A choice with no more than it needs shuts out requests of those people.
  func reportUnmeetable(
    _ steps: [ReviewStep], at places: [Place], whole: Place, _ requesters: [Party]?
  ) {
    let policy = Policy(groups: groups.members)
    let able = steps.map { policy.people(in: $0.from) }
    for (index, step) in steps.enumerated() where able[index].count < step.count {
      reader.error(
        places[index],
        "needs \(step.count) people, but \(step.from.text.quoted) has \(able[index].count)",
        hint: "Lower the count, or add people.")
    }
    guard steps.indices.allSatisfy({ able[$0].count >= steps[$0].count }) else { return }

    let askers = requesters.map { policy.people(in: $0) } ?? []
    var shutOut: Set<Principal> = []
    var sometimes: (needed: Int, able: Int)?
    for choice in 1..<(1 << steps.count) {
      let chosen = steps.indices.filter { choice & (1 << $0) != 0 }
      guard canApplyTogether(chosen.map { steps[$0] }) else { continue }
      let isAlways = chosen.allSatisfy { steps[$0].when.isEmpty }
      let people = chosen.reduce(into: Set<Principal>()) { $0.formUnion(able[$1]) }
      let needed = chosen.reduce(0) { $0 + steps[$1].count }
      if people.count < needed, isAlways {
        reader.error(
          whole, "the steps need \(needed) different people, but only \(people.count) can review",
          hint: "Lower a count, or add people.")
        return
      }
      if people.count < needed { sometimes = (needed, people.count) }
      if people.count == needed, isAlways { shutOut.formUnion(people.intersection(askers)) }
    }
    if let (needed, able) = sometimes {
      reader.warning(
        whole,
        "where all conditions are met, steps need \(needed) different people, but only \(able) can review",
        hint: "Such requests could never be approved. Lower a count, or add people.")
    }
    reportShutOut(shutOut, of: askers, whole)
  }

  private func reportShutOut(_ people: Set<Principal>, of askers: Set<Principal>, _ place: Place) {
    guard !people.isEmpty else { return }
    let hint = "Nobody reviews their own request. Add reviewers."
    if people == askers {
      reader.error(
        place, "no request could ever be approved: too few others can review", hint: hint)
    } else {
      let names = people.sorted().prefix(3).map(\.text.quoted).joined(separator: ", ")
      let more = people.count > 3 ? " and \(people.count - 3) more" : ""
      reader.warning(
        place, "requests of \(names)\(more) could never be approved: too few others can review",
        hint: hint)
    }
  }
}

/// False where a request cannot meet the conditions of both: in another environment, or for another
/// role.
private func canApplyTogether(_ steps: [ReviewStep]) -> Bool {
  func excludes(_ a: ReviewStep, _ b: ReviewStep) -> Bool {
    !a.when.isEmpty && !b.when.isEmpty
      && a.when.allSatisfy { one in b.when.allSatisfy { areDisjoint(one, $0) } }
  }
  return steps.indices.allSatisfy { index in
    steps[..<index].allSatisfy { !excludes(steps[index], $0) }
  }
}

private func areDisjoint(_ a: Condition, _ b: Condition) -> Bool {
  if let here = a.environments, let there = b.environments, here.isDisjoint(with: there) {
    return true
  }
  if let here = a.roles, let there = b.roles, here.isDisjoint(with: there) { return true }
  return false
}
