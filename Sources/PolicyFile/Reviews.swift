import AccessCore

extension Reader {
  private enum SignatureRule: String, CaseIterable { case required }

  /// Only the word `required`; who wants none leaves the key out.
  fileprivate func signatureRule(_ node: Node) -> Bool {
    choice(node, of: SignatureRule.self, "a rule for signatures") == .required
  }

  /// `{ not_by: [token] }`: the ways to be known by which nobody reviews.
  func reviewsNotBy(_ entry: Entry?) -> Set<ReviewMethod> {
    guard let entry, let fields = fields(entry, known: ["not_by"]),
      let methods = required("not_by", in: fields)
    else { return [] }
    let refused = Set(
      list(methods.value, of: "ways to be known") {
        choice($0, of: ReviewMethod.self, "a way to be known")
      } ?? [])
    if refused.count == ReviewMethod.allCases.count {
      error(methods.value.place, "nobody could review at all", hint: "Leave out one of them.")
    }
    return refused
  }
}

let reviewHint = "Name who must approve, or write review: none for automatic approval."

extension DefinedNames {
  /// The rule, if it can be met at all.
  func reviewRule(_ entry: Entry, _ requesters: [Party]?) -> ReviewRule? {
    let node = entry.value
    switch node.content {
    case .scalar(let scalar) where scalar.isPlain && scalar.text == "none":
      return .automatic
    case .scalar, .mapping:
      reader.error(
        node.place, "expected none or a list of steps, found \(node.kind)", hint: reviewHint)
      return nil
    case .sequence(let nodes):
      guard !nodes.isEmpty else {
        reader.error(node.place, "the list of steps is empty", hint: reviewHint)
        return nil
      }
      guard nodes.count <= PolicyLimits.reviewStepsMax else {
        reader.error(node.place, "has more than \(PolicyLimits.reviewStepsMax) steps")
        return nil
      }
      let steps = nodes.map(reviewStep)
      guard !steps.contains(where: { $0 == nil }) else { return nil }
      let known = steps.compactMap(\.self)
      guard known.contains(where: { $0.when.isEmpty }) else {
        reader.error(
          entry.key.place, "every step has a condition: a request that meets none would ask nobody",
          hint: "Add a step without when, or make an entitlement of its own with review: none.")
        return nil
      }
      if membersAreKnown {
        reportUnmeetable(known, at: nodes.map(\.place), whole: entry.key.place, requesters)
      }
      return .steps(known)
    }
  }

  /// One of `reviewed_by`, within `review_after`.
  func reviewAfterwards(_ fields: Fields, _ requesters: [Party]?) -> ReviewRule? {
    let entry = reader.required("reviewed_by", in: fields, hint: "Name who looks at it afterwards.")
    let within = fields["review_after"].map { reader.duration($0.value) } ?? TimeSpan("24h")
    guard let entry, let party = party(entry.value) else { return nil }
    if membersAreKnown {
      let place = entry.value.place
      reportUnmeetable(
        [ReviewStep(from: party, count: 1)], at: [place], whole: entry.key.place, requesters)
    }
    return within.map { .afterwards(by: party, within: $0) }
  }

  /// `{ from: dba, count: 1, signature: required, deny_threshold: 1, when: { longer_than: 1h } }`
  private func reviewStep(_ node: Node) -> ReviewStep? {
    let known = ["from", "count", "signature", "deny_threshold", "when"]
    guard let fields = reader.fields(node, known: known) else { return nil }
    let from = reader.required("from", in: fields).flatMap { party($0.value) }
    let count = fields["count"].flatMap { people($0.value) } ?? 1
    let needsSignature = fields["signature"].map { reader.signatureRule($0.value) } ?? false
    let denials = fields["deny_threshold"].flatMap { entry in
      people(entry.value).map { (count: $0, place: entry.value.place) }
    }
    let conditions = fields["when"].map { self.conditions($0.value) } ?? []
    guard let from, let conditions else { return nil }
    if let denials, membersAreKnown {
      let able = Policy(groups: groups.members).people(in: from).count
      if denials.count > able {
        reader.error(
          denials.place, "needs \(denials.count) denials, but \(from.text.quoted) has \(able)",
          hint: "Lower the threshold, or add people.")
      }
    }
    return ReviewStep(
      from: from, count: count, needsSignature: needsSignature,
      denyThreshold: denials?.count ?? 1, when: conditions)
  }

  private func people(_ node: Node) -> Int? {
    reader.integer(node, in: 1...PolicyLimits.reviewCountMax)
  }
}
