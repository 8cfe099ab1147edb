/// How far the clocks of a time zone are from UTC, and when that changes.
///
/// The rules come in as a value: the core reads no files, and the same policy gives the same answer
/// on every host that has the same rules.
package struct Zone: Sendable, Equatable {
  /// A name of the IANA database: `Europe/Berlin`.
  package let name: String
  /// Milliseconds that clocks there are ahead of UTC before the first change.
  private let firstOffset: Int64
  /// By time, each with another offset than the one before it.
  private let changes: [Change]

  package struct Change: Sendable, Equatable {
    let at: Timestamp
    let offset: Int64

    /// - Parameter offset: milliseconds ahead of UTC from `at` on.
    package init(at: Timestamp, offset: Int64) {
      self.at = at
      self.offset = offset
    }
  }

  package static let utc = Zone(name: "UTC", firstOffset: 0)

  package init(name: String, firstOffset: Int64, changes: [Change] = []) {
    self.name = name
    self.firstOffset = firstOffset
    self.changes = changes
  }

  package func offset(at time: Timestamp) -> Int64 {
    let index = firstChange(after: time)
    return index == 0 ? firstOffset : changes[index - 1].offset
  }

  /// What the clocks there show, in milliseconds since they showed 1970-01-01 00:00.
  package func clock(at time: Timestamp) -> Int64 { time.milliseconds + offset(at: time) }

  /// When the clocks there show it: once as a rule, never when they jump over it, twice when they
  /// are set back behind it.
  package func times(showing clock: Int64) -> [Timestamp] {
    // No clock is a day and a half from UTC.
    let span = (clock - 36 * 3_600_000)...(clock + 36 * 3_600_000)
    let from = Timestamp(milliseconds: span.lowerBound)
    let offsets = [offset(at: from)] + changes(from: from, through: span.upperBound).map(\.offset)
    let times = Set(offsets).map { Timestamp(milliseconds: clock - $0) }
    return times.filter { self.clock(at: $0) == clock }.sorted()
  }

  /// The first time at which the clocks there show this or something later.
  package func time(showingAtLeast clock: Int64) -> Timestamp {
    if let first = times(showing: clock).first { return first }
    // Jumped over: by the change that did it.
    let from = Timestamp(milliseconds: clock - 36 * 3_600_000)
    let jump = changes(from: from, through: clock + 36 * 3_600_000).first { change in
      self.clock(at: change.at) > clock
    }
    return jump?.at ?? Timestamp(milliseconds: clock - offset(at: from))
  }

  /// When the clocks are set, after `from` and not later than the milliseconds say.
  func changes(from: Timestamp, through last: Int64) -> ArraySlice<Change> {
    changes[firstChange(after: from)...].prefix { $0.at.milliseconds <= last }
  }

  private func firstChange(after time: Timestamp) -> Int {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].at <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Zone {
  /// The next time after `time` at which the clocks there show it, or jump over it.
  ///
  /// - Parameter clock: milliseconds since midnight.
  package func next(showing clock: Int64, after time: Timestamp) -> Timestamp? {
    let today = floored(self.clock(at: time), by: 86_400_000).quotient
    return (today - 1...today + 2).lazy.flatMap { day -> [Timestamp] in
      let shown = day * 86_400_000 + clock
      let times = times(showing: shown)
      return times.isEmpty ? [self.time(showingAtLeast: shown)] : times
    }.first { $0 > time }
  }
}
