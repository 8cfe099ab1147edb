import AccessCore

extension DefinedNames {
  /// `when:` holds conditions, all of which have to be met, or a list of such, one of which has to.
  func conditions(_ node: Node) -> [Condition]? {
    guard case .sequence(let nodes) = node.content else { return condition(node).map { [$0] } }
    guard nodes.count <= PolicyLimits.conditionsMax else {
      reader.error(node.place, "has more than \(PolicyLimits.conditionsMax) conditions")
      return nil
    }
    return reader.list(node, of: "conditions", condition)
  }

  private func condition(_ node: Node) -> Condition? {
    guard let fields = reader.fields(node, known: conditionKeys) else { return nil }
    let errorsBefore = reader.errorCount
    let environments = fields["environments"].flatMap { reader.environments($0.value) }
    let roles = fields["roles"].flatMap { reader.list($0.value, of: "roles", role) }
    let longerThan = fields["longer_than"].flatMap { reader.duration($0.value) }
    let outside = fields["outside"].flatMap { reader.list($0.value, of: "windows", window) }
    let breakGlass = fields["break_glass"].flatMap { reader.boolean($0.value) }
    let firstTime = fields["first_time"].flatMap { reader.boolean($0.value) }
    let keys = conditionKeys.filter { fields[$0] != nil }
    guard !keys.isEmpty else {
      reader.error(node.place, "has no condition", hint: "Leave when out for always.")
      return nil
    }
    guard reader.errorCount == errorsBefore else { return nil }
    return Condition(
      environments: environments, roles: roles.map(Set.init), longerThan: longerThan,
      outside: outside ?? [], breakGlass: breakGlass, firstTime: firstTime)
  }
}

private let conditionKeys = [
  "environments", "roles", "longer_than", "outside", "break_glass", "first_time",
]
