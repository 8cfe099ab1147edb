import AccessCore

extension Lints {
  func reportProduction(_ rule: Entitlement, _ node: Node) {
    guard environments(of: rule).contains(.production) else { return }
    let writes = rule.roles.contains { policy.roles[$0]?.writes ?? true }
    if rule.review == .automatic, writes, let review = node["review"] {
      reader.warning(
        review.key.place, "production can be changed without review",
        hint: "Name who must approve, or set writes: false for roles that cannot change data.")
    }
    if rule.maxDuration.seconds > 8 * 3_600, let longest = node["max_duration"] {
      reader.warning(
        longest.key.place, "more than 8h on production",
        hint: "Standing access is what this is to replace; people can ask again.")
    }
  }

  func reportIdleSteps(_ rule: Entitlement, _ node: Node) {
    guard case .steps(let steps) = rule.review,
      case .sequence(let nodes)? = node["review"]?.value.content
    else { return }
    for (step, node) in zip(steps, nodes) where !step.when.isEmpty {
      if step.when.allSatisfy({ isImpossible($0, rule) }), let when = node["when"] {
        reader.warning(
          when.key.place, "no request by this entitlement can meet this, so nobody is asked",
          hint: "Look at its databases, roles, windows and max_duration.")
      }
    }
  }

  private func isImpossible(_ condition: Condition, _ rule: Entitlement) -> Bool {
    let open = Set(rule.windows.map(\.name))
    return !condition.environments.meets(environments(of: rule))
      || !condition.roles.meets(rule.roles)
      || condition.longerThan.map { $0 >= rule.maxDuration } ?? false
      // Emergencies have no steps; they are reviewed afterwards.
      || condition.breakGlass == true
      || !open.isEmpty && open.isSubset(of: condition.outside.map(\.name))
  }

  /// Reports a rule whose windows are all within freezes that come every week.
  func reportNeverOpen(_ rule: Entitlement, _ entry: Entry) {
    var weekly = policy
    weekly.freezes = policy.freezes.filter { _, freeze in
      if case .during = freeze.time { !freeze.except.contains(rule.name) } else { false }
    }
    guard !weekly.freezes.isEmpty else { return }
    let windows = weekly.freezes.values.flatMap(\.windows) + rule.windows
    let databases = rule.databases.compactMap { policy.databases[$0] }
    let targets = databases.flatMap { database in
      rule.roles.map { Target(database, $0, under: rule.name) }
    }
    guard databases.count == rule.databases.count,
      !targets.contains(where: { isEverOpen($0, rule, windows, weekly) })
    else { return }
    reader.error(
      entry.key.place, "nobody could ever use this: freezes lie on all of its time",
      hint: "Widen its windows, or name it under except in the freeze.")
  }

  /// Looks at every moment of a week at which something opens or ends.
  private func isEverOpen(
    _ target: Target, _ rule: Entitlement, _ windows: [Window], _ weekly: Policy
  ) -> Bool {
    var time = Timestamp(milliseconds: 0)
    let end = Timestamp(milliseconds: 9 * 86_400_000)
    while time < end {
      guard weekly.stop(target, under: rule, at: time) != nil else { return true }
      guard let next = windows.compactMap({ [$0].nextEdge(after: time) }).min() else {
        return false
      }
      time = next
    }
    return false
  }

  /// Reports a rule by which nobody may ask for anything that another one does not give them as well,
  /// with as little review.
  func reportNothingAdded(
    _ rule: Entitlement, _ entry: Entry, _ byDatabase: [DatabaseName: [Entitlement]]
  ) {
    guard let one = rule.databases.min() else { return }
    let wider = byDatabase[one, default: []].first { other in
      guard other.name != rule.name, gives(other, allOf: rule) else { return false }
      // Of two that are the same, the later one is superfluous.
      return !gives(rule, allOf: other) || other.name < rule.name
    }
    guard let wider else { return }
    reader.warning(
      entry.key.place, "adds nothing to \(wider.name.text.quoted)",
      hint: "Remove it, or see what was meant to be different.")
  }

  private func gives(_ wide: Entitlement, allOf narrow: Entitlement) -> Bool {
    wide.maxDuration >= narrow.maxDuration
      && (wide.review == .automatic || wide.review == narrow.review)
      && (wide.windows.isEmpty || wide.windows == narrow.windows)
      && (!wide.endsWithWindow || narrow.endsWithWindow)
      && (wide.perDay == nil || wide.perDay == narrow.perDay)
      && (wide.concurrent == nil || wide.concurrent == narrow.concurrent)
      && (wide.reason == narrow.reason || !wide.reason.required && wide.reason.pattern == nil)
      && wide.databases.isSuperset(of: narrow.databases)
      && wide.roles.isSuperset(of: narrow.roles)
      && policy.people(in: wide.requesters).isSuperset(of: policy.people(in: narrow.requesters))
  }
}

extension Freeze {
  /// Those by which it comes again and again.
  fileprivate var windows: [Window] {
    switch time {
    case .between: []
    case .during(let windows): windows
    }
  }
}
