import AccessCore

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
      if membersAreKnown {
        reportUnmeetable(known, at: nodes.map(\.place), whole: entry.key.place, requesters)
      }
      return .steps(known)
    }
  }

  /// `{ from: dba, count: 1 }`
  private func reviewStep(_ node: Node) -> ReviewStep? {
    let known = ["from", "count"]
    guard let fields = reader.fields(node, known: known, later: ["signature"]) else { return nil }
    let from = reader.required("from", in: fields).flatMap { party($0.value) }
    let count =
      fields["count"].flatMap { reader.integer($0.value, in: 1...PolicyLimits.reviewCountMax) } ?? 1
    return from.map { ReviewStep(from: $0, count: count) }
  }
}
