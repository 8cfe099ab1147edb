/// When a step of review is needed: everything that is said here holds.
package struct Condition: Sendable, Equatable {
  package let environments: Set<Environment>?
  package let roles: Set<RoleName>?
  /// By what was asked for; a reviewer who shortens does not spare another one.
  package let longerThan: TimeSpan?
  /// None of these is open when the access would begin.
  package let outside: [Window]
  package let breakGlass: Bool?
  /// Whether the person had no grant on the database before.
  package let firstTime: Bool?

  package init(
    environments: Set<Environment>? = nil, roles: Set<RoleName>? = nil,
    longerThan: TimeSpan? = nil, outside: [Window] = [], breakGlass: Bool? = nil,
    firstTime: Bool? = nil
  ) {
    self.environments = environments
    self.roles = roles
    self.longerThan = longerThan
    self.outside = outside
    self.breakGlass = breakGlass
    self.firstTime = firstTime
  }

  package func holds(in circumstances: Circumstances) -> Bool {
    let target = circumstances.target
    return environments?.contains(target.environment) ?? true
      && roles?.contains(target.role) ?? true
      && longerThan.map { circumstances.duration > $0 } ?? true
      && !outside.contain(circumstances.time)
      && breakGlass.map { $0 == circumstances.isBreakGlass } ?? true
      && firstTime.map { $0 == circumstances.isFirstTime } ?? true
  }

  /// `production, longer than 1h, outside office-hours`, for people.
  package var words: String {
    var parts: [String] = []
    if let environments {
      parts.append(environments.map(\.rawValue).sorted().joined(separator: " or "))
    }
    if let roles { parts.append(roles.map(\.text).sorted().joined(separator: " or ")) }
    if let longerThan { parts.append("longer than \(longerThan)") }
    if !outside.isEmpty {
      parts.append("outside \(outside.map(\.name.text).joined(separator: ", "))")
    }
    if let breakGlass { parts.append(breakGlass ? "break-glass" : "not break-glass") }
    if let firstTime { parts.append(firstTime ? "first time" : "not the first time") }
    return parts.joined(separator: ", ")
  }
}

/// What conditions are judged by.
package struct Circumstances: Sendable {
  package let target: Target
  /// As asked; with what the grant has already, when more of it is asked for.
  package let duration: TimeSpan
  /// When the access would begin: now, or at the start if that is later.
  package let time: Timestamp
  package let isBreakGlass: Bool
  package let isFirstTime: Bool

  package init(
    _ target: Target, duration: TimeSpan, time: Timestamp, isBreakGlass: Bool = false,
    isFirstTime: Bool
  ) {
    self.target = target
    self.duration = duration
    self.time = time
    self.isBreakGlass = isBreakGlass
    self.isFirstTime = isFirstTime
  }

  init(_ ask: Ask, extending grant: Grant?, now: Timestamp, history: History) {
    self.init(
      Target(ask), duration: grant.map { $0.duration + ask.duration } ?? ask.duration,
      time: max(now, ask.start ?? now), isBreakGlass: ask.breakGlass,
      isFirstTime: history.isFirstTime)
  }
}

extension State {
  package func circumstances(
    of ask: Ask, now: Timestamp, _ history: History
  ) -> Circumstances {
    let extended = ask.extends.flatMap { requests[$0]?.grant }
    return Circumstances(ask, extending: extended, now: now, history: history)
  }

  func circumstances(of ask: Ask, _ context: Context) -> Circumstances {
    circumstances(of: ask, now: context.now, context.history)
  }
}

extension ReviewStep {
  /// Without conditions always, else when one of them holds.
  package func applies(in circumstances: Circumstances) -> Bool {
    when.isEmpty || when.contains { $0.holds(in: circumstances) }
  }
}

extension ReviewRule {
  /// The rule with only the steps that apply. If none did, nobody would be asked, which only the
  /// word `none` may mean: then all apply.
  package func applying(in circumstances: Circumstances) -> ReviewRule {
    switch self {
    case .automatic, .afterwards: return self
    case .steps(let steps):
      let applying = steps.filter { $0.applies(in: circumstances) }
      return .steps(applying.isEmpty ? steps : applying)
    }
  }
}
