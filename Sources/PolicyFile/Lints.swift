import AccessCore

/// What can be read, and yet is hardly meant. Only a policy without errors is looked at.
struct Lints {
  let policy: Policy
  let sections: Sections
  let reader: Reader

  func report() {
    reportUnused()
    reportIdleFreezes()
    let byDatabase = rulesByDatabase()
    for entry in sections[.entitlements] {
      guard let name = EntitlementName(entry.key.text), let rule = policy.entitlements[name] else {
        continue
      }
      reportProduction(rule, entry.value)
      reportIdleSteps(rule, entry.value)
      reportNeverOpen(rule, entry)
      reportNothingAdded(rule, entry, byDatabase)
    }
  }

  private func reportUnused() {
    var used: Set<String> = []
    for section in Section.allCases where section != .groups && section != .windows {
      for entry in sections[section] { entry.value.gatherWords(&used) }
    }
    for entry in sections[.groups] where !used.contains(entry.key.text) {
      // Who is named without the group has to be a member of one.
      let members = GroupName(entry.key.text).flatMap { policy.groups[$0] } ?? []
      guard members.allSatisfy({ !used.contains($0.text) }) else { continue }
      reader.warning(
        entry.key.place, "no rule names the group \(entry.key.text.quoted)",
        hint: "Name it in one, or remove it.")
    }
    for entry in sections[.windows] where !used.contains(entry.key.text) {
      reader.warning(
        entry.key.place, "nothing names the window \(entry.key.text.quoted)",
        hint: "Name it in an entitlement, a condition or a freeze, or remove it.")
    }
  }

  private func reportIdleFreezes() {
    for entry in sections[.freezes] {
      guard let freeze = FreezeName(entry.key.text).flatMap({ policy.freezes[$0] }) else {
        continue
      }
      let stopsAny = policy.entitlements.values.contains { rule in
        !freeze.except.contains(rule.name) && freeze.roles.meets(rule.roles)
          && freeze.databases.meets(rule.databases)
          && freeze.environments.meets(environments(of: rule))
      }
      if !stopsAny {
        reader.warning(
          entry.key.place, "this freeze lies on nothing that anybody may ask for",
          hint: "Look at its databases, environments, roles and except.")
      }
    }
  }

  private func rulesByDatabase() -> [DatabaseName: [Entitlement]] {
    var rules: [DatabaseName: [Entitlement]] = [:]
    for rule in policy.entitlements.values.sorted(by: { $0.name < $1.name }) {
      for database in rule.databases { rules[database, default: []].append(rule) }
    }
    return rules
  }

  func environments(of rule: Entitlement) -> Set<Environment> {
    Set(rule.databases.compactMap { policy.databases[$0]?.environment })
  }
}

extension Optional {
  /// Whether what is named has anything in common with `others`; nothing named is everything.
  func meets<Element>(_ others: Set<Element>) -> Bool where Wrapped == Set<Element> {
    map { !$0.isDisjoint(with: others) } ?? true
  }
}

extension Node {
  subscript(key: String) -> Entry? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key.text == key }
  }

  fileprivate func gatherWords(_ words: inout Set<String>) {
    switch content {
    case .scalar(let scalar): words.insert(scalar.text)
    case .sequence(let nodes): for node in nodes { node.gatherWords(&words) }
    case .mapping(let entries): for entry in entries { entry.value.gatherWords(&words) }
    }
  }
}
