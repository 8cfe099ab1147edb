/// What keeps access from being given at a time, and until when.
package struct Stop: Sendable, Equatable {
  package let because: Because
  /// The first time at which nothing stops it; nil when there is none to be seen.
  package let until: Timestamp?

  package enum Because: Sendable, Equatable {
    case freeze(FreezeName, reason: String?)
    /// None of these is open.
    case windows([WindowName])
  }

  /// `the freeze year-end until 2027-01-04T23:00:00.000Z (no changes over the holidays)`
  package var words: String {
    let end = until.map { " until \($0)" } ?? ""
    switch because {
    case .freeze(let name, let reason):
      return "the freeze \(name)\(end)" + (reason.map { " (\($0))" } ?? "")
    case .windows(let names):
      let list = names.map(\.text).joined(separator: " or ")
      return until.map { "no window of \(list) before \($0)" } ?? "no window of \(list)"
    }
  }
}

extension Policy {
  /// What stops access at `time`; nil when nothing does.
  package func stop(_ target: Target, under rule: Entitlement, at time: Timestamp) -> Stop? {
    guard let first = obstacle(target, rule, at: time) else { return nil }
    var until = first.until
    // Where one ends another may have begun.
    for _ in 0..<Limits.stopsInARowMax {
      guard let end = until, let next = obstacle(target, rule, at: end) else { break }
      until = next.until
    }
    return Stop(because: first.because, until: until)
  }

  /// When, after `time`, what is live has to end, because a freeze or a window says so.
  package func end(
    _ target: Target, under rule: Entitlement, after time: Timestamp
  ) -> Timestamp? {
    let freezes = freezes.values.filter { $0.endsGrants && $0.covers(target) }
    let closing = rule.endsWithWindow ? rule.windows.nextEdge(after: time) : nil
    return (freezes.map { $0.nextEdge(after: time) } + [closing]).compactMap(\.self).min()
  }

  /// Whether a freeze or a closed window says that what is live has to be over now.
  package func endsLive(_ ask: Ask, at time: Timestamp) -> Bool {
    guard let rule = rule(for: ask) else { return false }
    let target = Target(ask)
    return rule.endsWithWindow && !rule.windows.contain(time)
      || freezes.values.contains { $0.endsGrants && $0.covers(target) && $0.contains(time) }
  }

  private func obstacle(
    _ target: Target, _ rule: Entitlement, at time: Timestamp
  ) -> Stop? {
    let frozen = freezes.values.filter { $0.covers(target) && $0.contains(time) }
    if let freeze = frozen.min(by: { $0.name < $1.name }) {
      return Stop(
        because: .freeze(freeze.name, reason: freeze.reason), until: freeze.nextEdge(after: time))
    }
    guard !rule.windows.isEmpty, !rule.windows.contain(time) else { return nil }
    return Stop(
      because: .windows(rule.windows.map(\.name)), until: rule.windows.nextEdge(after: time))
  }
}
