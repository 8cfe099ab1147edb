/// How far a request's reviews fill what its entitlement asks for.
package struct ReviewProgress: Sendable, Equatable {
  package struct Need: Sendable, Equatable {
    package let from: Party
    package let count: Int
    /// How many of the slots are filled, counted so that as many as possible are.
    package let have: Int
    /// Who can fill a slot of this step, the requester never among them.
    package let people: [Principal]
    /// The conditions under which the step is needed; none means always.
    package let when: [Condition]
  }

  package let needs: [Need]
}

extension Policy {
  /// Whether `approvals` (people whose approval stands) fill every slot of `rule` today.
  package func isFilled(
    _ rule: ReviewRule, by approvals: Set<Principal>, requester: Principal
  ) -> Bool {
    switch rule {
    case .automatic: true
    case .steps(let steps):
      zip(steps, filledSlots(of: steps, by: approvals, requester)).allSatisfy { $0.count == $1 }
    }
  }

  /// What `approvals` fill of `rule` today, and who can fill the rest.
  package func progress(
    under rule: ReviewRule, approvals: Set<Principal>, requester: Principal
  ) -> ReviewProgress {
    switch rule {
    case .automatic: return ReviewProgress(needs: [])
    case .steps(let steps):
      let have = filledSlots(of: steps, by: approvals, requester)
      let needs = zip(steps, have).map { step, have in
        ReviewProgress.Need(
          from: step.from, count: step.count, have: have,
          people: people(in: step.from).subtracting([requester]).sorted(), when: step.when)
      }
      return ReviewProgress(needs: needs)
    }
  }

  /// How many slots of each step are filled.
  ///
  /// One person fills one slot. People are given to slots by maximum matching, so that somebody
  /// who could fill either of two steps never takes the slot that another one needs.
  private func filledSlots(
    of steps: [ReviewStep], by approvals: Set<Principal>, _ requester: Principal
  ) -> [Int] {
    let approvals = approvals.subtracting([requester])
    let able = steps.map { step in approvals.filter { isMember($0, of: [step.from]) } }
    let slots = steps.indices.flatMap { Array(repeating: $0, count: steps[$0].count) }
    let filled = maximumMatching(slots: slots.map { able[$0] }, people: approvals.sorted())
    return steps.indices.map { step in
      slots.indices.count { slots[$0] == step && filled[$0] != nil }
    }
  }
}

/// Which person fills which slot, for as many slots as possible (augmenting paths, Kuhn 1955).
private func maximumMatching(
  slots: [Set<Principal>], people: [Principal]
) -> [Principal?] {
  var holder = [Principal?](repeating: nil, count: slots.count)

  func place(_ person: Principal, _ tried: inout Set<Int>) -> Bool {
    for slot in slots.indices where slots[slot].contains(person) && !tried.contains(slot) {
      tried.insert(slot)
      guard let other = holder[slot] else {
        holder[slot] = person
        return true
      }
      if place(other, &tried) {
        holder[slot] = person
        return true
      }
    }
    return false
  }

  for person in people {
    var tried: Set<Int> = []
    _ = place(person, &tried)
  }
  return holder
}
