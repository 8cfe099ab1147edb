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
    for choice in 1..<(1 << steps.count) {
      let chosen = steps.indices.filter { choice & (1 << $0) != 0 }
      let people = chosen.reduce(into: Set<Principal>()) { $0.formUnion(able[$1]) }
      let needed = chosen.reduce(0) { $0 + steps[$1].count }
      if people.count < needed {
        reader.error(
          whole, "the steps need \(needed) different people, but only \(people.count) can review",
          hint: "Lower a count, or add people.")
        return
      }
      if people.count == needed { shutOut.formUnion(people.intersection(askers)) }
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
