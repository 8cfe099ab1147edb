/// How far a request's reviews fill what its entitlement asks for.
package struct ReviewProgress: Sendable, Equatable {
  package struct Need: Sendable, Equatable {
    package let step: ReviewStep
    /// Who fills its slots, chosen so that as many slots as possible are filled.
    package let filledBy: [Principal]
    /// Who can still fill a slot of this step, never the requester or who fills a slot already.
    package let people: [Principal]

    package var from: Party { step.from }
    package var count: Int { step.count }
    package var have: Int { filledBy.count }
    /// The conditions under which the step is needed; none means always.
    package var when: [Condition] { step.when }
  }

  package let needs: [Need]

  /// Those who fill a slot by their signature.
  package var signers: [Principal] {
    needs.filter(\.step.needsSignature).flatMap(\.filledBy).sorted()
  }
}

extension Policy {
  /// Whether `approvals` (people whose approval stands) fill every slot of `rule` today.
  ///
  /// - Parameter signed: those of them who signed.
  package func isFilled(
    _ rule: ReviewRule, by approvals: Set<Principal>, signed: Set<Principal> = [],
    requester: Principal
  ) -> Bool {
    switch rule {
    case .automatic, .afterwards: true
    case .steps(let steps):
      zip(steps, filledSlots(of: steps, by: approvals, signed, requester))
        .allSatisfy { $0.count == $1.count }
    }
  }

  /// What `approvals` fill of `rule` today, and who can fill the rest.
  ///
  /// - Parameter signed: those of them who signed.
  package func progress(
    under rule: ReviewRule, approvals: Set<Principal>, signed: Set<Principal> = [],
    requester: Principal
  ) -> ReviewProgress {
    switch rule {
    case .automatic: return ReviewProgress(needs: [])
    case .afterwards(let party, _):
      let step = ReviewStep(from: party, count: 1)
      let people = people(in: party).subtracting([requester])
      let need = ReviewProgress.Need(
        step: step, filledBy: Array(approvals.sorted().prefix(1)), people: people.sorted())
      return ReviewProgress(needs: [need])
    case .steps(let steps):
      let filled = filledSlots(of: steps, by: approvals, signed, requester)
      let takenUp = Set(filled.joined())
      let needs = zip(steps, filled).map { step, filledBy in
        // Who has not signed may still do so, and give the slot they fill to somebody else.
        let done = (step.needsSignature ? takenUp.intersection(signed) : takenUp).union([requester])
        return ReviewProgress.Need(
          step: step, filledBy: filledBy, people: people(in: step.from).subtracting(done).sorted())
      }
      return ReviewProgress(needs: needs)
    }
  }

  /// How far the request is today, by the approvals that count today.
  package func progress(
    of request: Request, under rule: ReviewRule, with new: Review? = nil
  ) -> ReviewProgress {
    let approvers = approvers(of: request, with: new)
    let afterwards = [request.hindsight?.reviewer].compactMap(\.self)
    return progress(
      under: rule, approvals: approvers.all.union(afterwards), signed: approvers.signed,
      requester: request.ask.requester)
  }

  /// Who has approved the request, as far as that counts today, and who of them by a signature.
  func approvers(
    of request: Request, with new: Review? = nil
  ) -> (all: Set<Principal>, signed: Set<Principal>) {
    let approvals = (request.approvals + [new].compactMap(\.self)).filter(counts)
    return (
      Set(approvals.map(\.reviewer)), Set(approvals.filter(isSigned).map(\.reviewer))
    )
  }

  /// Whether the policy takes a review of somebody who was authenticated like that.
  func counts(_ review: Review) -> Bool { counts(review.method) }

  func counts(_ method: ReviewMethod) -> Bool { !reviewsNotBy.contains(method) }

  /// Whether the key that signed it is still one of the reviewer's.
  func isSigned(_ review: Review) -> Bool {
    review.signedWith.map { signers[review.reviewer, default: []].contains($0) } ?? false
  }

  /// Who fills the slots of each step.
  ///
  /// One person fills one slot. People are given to slots by maximum matching, so that somebody
  /// who could fill either of two steps never takes the slot that another one needs.
  private func filledSlots(
    of steps: [ReviewStep], by approvals: Set<Principal>, _ signed: Set<Principal>,
    _ requester: Principal
  ) -> [[Principal]] {
    let approvals = approvals.subtracting([requester])
    let able = steps.map { step in
      approvals.filter {
        isMember($0, of: [step.from]) && (!step.needsSignature || signed.contains($0))
      }
    }
    let slots = steps.indices.flatMap { Array(repeating: $0, count: steps[$0].count) }
    let filled = maximumMatching(slots: slots.map { able[$0] }, people: approvals.sorted())
    return steps.indices.map { step in
      slots.indices.filter { slots[$0] == step }.compactMap { filled[$0] }
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
