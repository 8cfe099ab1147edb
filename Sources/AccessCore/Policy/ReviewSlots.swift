/// How far a request's reviews fill what its entitlement asks for.
package struct ReviewProgress: Sendable, Equatable {
  package struct Need: Sendable, Equatable {
    package let from: Party
    package let count: Int
    /// How many of the slots are filled, counted so that as many as possible are.
    package let have: Int
    /// Who can fill a slot of this step, the requester never among them.
    package let people: [Principal]
  }

  package let needs: [Need]

  package var isComplete: Bool { needs.allSatisfy { $0.have >= $0.count } }
}

extension Policy {
  /// Who may review a request of `requester` under `rule`; never the requester.
  package func reviewers(under rule: ReviewRule, for requester: Principal) -> Set<Principal> {
    switch rule {
    case .automatic: []
    case .steps(let steps): people(in: steps.map(\.from)).subtracting([requester])
    }
  }

  /// What `approvals` (people whose approval stands) fill of `rule` today.
  ///
  /// One person fills one slot. People are given to slots by maximum matching, so that somebody
  /// who could fill either of two steps never takes the slot that another one needs.
  package func progress(
    under rule: ReviewRule, approvals: Set<Principal>, requester: Principal
  ) -> ReviewProgress {
    switch rule {
    case .automatic: return ReviewProgress(needs: [])
    case .steps(let steps):
      let people = steps.map { self.people(in: $0.from).subtracting([requester]) }
      let slots = steps.indices.flatMap { Array(repeating: $0, count: steps[$0].count) }
      let filled = maximumMatching(
        slots: slots.map { people[$0] }, people: approvals.subtracting([requester]).sorted())
      let needs = steps.indices.map { step in
        ReviewProgress.Need(
          from: steps[step].from, count: steps[step].count,
          have: slots.indices.count { slots[$0] == step && filled[$0] != nil },
          people: people[step].sorted())
      }
      return ReviewProgress(needs: needs)
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
