/// Named times of the week, as the clocks of a zone show them.
package struct Window: Sendable, Equatable {
  package let name: WindowName
  package let spans: [Span]

  package init(name: WindowName, spans: [Span]) {
    self.name = name
    self.spans = spans
  }

  /// From one clock time to another, on some days of the week.
  package struct Span: Sendable, Equatable {
    package let zone: Zone
    /// The days on which it begins.
    package let days: Set<Weekday>
    /// Milliseconds since midnight, by the clock.
    package let from: Int64
    /// The first millisecond that does not belong to it. Not later than `from` means on the next day.
    package let to: Int64

    package init(zone: Zone, days: Set<Weekday>, from: Int64, to: Int64) {
      self.zone = zone
      self.days = days
      self.from = from
      self.to = to
    }

    func contains(_ time: Timestamp) -> Bool {
      let (day, clock) = floored(zone.clock(at: time), by: dayMs)
      let beganToday = days.contains(Weekday(daysSince1970: day))
      guard to <= from else { return beganToday && (from..<to).contains(clock) }
      let beganYesterday = days.contains(Weekday(daysSince1970: day - 1))
      return beganToday && clock >= from || beganYesterday && clock < to
    }

    /// Every time at which it may begin or end, from a day before `time` until after a week.
    fileprivate func edges(around time: Timestamp) -> [Timestamp] {
      let today = floored(zone.clock(at: time), by: dayMs).quotient
      let shown = (today - 1...today + 9).flatMap { day in
        [day * dayMs + from, day * dayMs + to, day * dayMs].flatMap(zone.times(showing:))
      }
      let set = zone.changes(from: time, through: time.milliseconds + 9 * dayMs).map(\.at)
      return shown + set
    }
  }

  package func contains(_ time: Timestamp) -> Bool { spans.contains { $0.contains(time) } }
}

private let dayMs: Int64 = 86_400_000

extension Collection<Window> {
  /// Whether any of them is open.
  package func contain(_ time: Timestamp) -> Bool { contains { $0.contains(time) } }

  /// When they, taken together, next open or close after `time`; nil when they never do.
  package func nextEdge(after time: Timestamp) -> Timestamp? {
    let isOpen = contain(time)
    let edges = flatMap { $0.spans.flatMap { $0.edges(around: time) } }.filter { $0 > time }
    return Set(edges).sorted().first { contain($0) != isOpen }
  }
}
