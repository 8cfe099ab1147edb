import AccessCore

/// How long something takes or took, in the look of a typed duration, cut to its two largest
/// units: `1d3h`, `2h5m`, `29m30s`, `0s`.
func span(milliseconds: Int64) -> String {
  let seconds = max(0, milliseconds / 1_000)
  let units = [
    (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"),
    (seconds % 60, "s"),
  ]
  guard let first = units.firstIndex(where: { $0.0 > 0 }) else { return "0s" }
  return units[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
}

/// `2026-03-01T09:30:00.000Z (in 29m30s)`, or `(2h5m ago)`.
func moment(_ time: String, now: Timestamp) -> String {
  guard let instant = Timestamp(time) else { return time.inert }
  let difference = instant - now
  let words =
    difference > 0
    ? "in \(span(milliseconds: difference))" : "\(span(milliseconds: -difference)) ago"
  return "\(time) (\(words))"
}

/// `29m30s left`, or `over`.
func timeLeft(until time: String, now: Timestamp) -> String {
  guard let instant = Timestamp(time) else { return time.inert }
  return instant > now ? "\(span(milliseconds: instant - now)) left" : "over"
}

/// `1 session`, `2 sessions`.
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// `a`, `a and b`, `a, b and c`; or the same with another conjunction.
func list(_ words: [String], _ conjunction: String = "and") -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}
