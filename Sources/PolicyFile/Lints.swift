import AccessCore

/// What can be read, and yet is hardly meant.
struct Lints {
  let policy: Policy
  let sections: Sections
  let reader: Reader

  /// What nobody can have meant, of as much of the policy as could be read.
  func reportErrors() {
    for (rule, entry) in rules { reportNeverOpen(rule, entry) }
  }

  /// Only of a policy that could be read as a whole: what is missing in another looks unused.
  func reportWarnings() {
    reportUnused()
    reportIdleFreezes()
    let byDatabase = rulesByDatabase()
    for (rule, entry) in rules {
      reportProduction(rule, entry.value)
      reportIdleSteps(rule, entry.value)
      reportNothingAdded(rule, entry, byDatabase)
    }
  }

  /// Each entitlement that could be read, and where it stands.
  private var rules: [(Entitlement, Entry)] {
    (sections[.entitlements] + sections[.breakGlass]).compactMap { entry in
      EntitlementName(entry.key.text).flatMap { policy.entitlements[$0] }.map { ($0, entry) }
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
