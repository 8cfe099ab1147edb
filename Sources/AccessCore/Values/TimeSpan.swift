/// A length of time as people type it: `90s`, `30m`, `1h30m`, `2h`, `1d`.
///
/// Whole seconds, at least one. The text is kept as it was typed, because every output shows it
/// so; two spans are equal when they last equally long.
package struct TimeSpan: Sendable {
  package let seconds: Int64
  package let text: String

  package var milliseconds: Int64 { seconds * 1_000 }

  /// Units go from the largest to the smallest, each at most once; nothing else is a span.
  package init?(_ text: String) {
    var units: [(symbol: UInt8, seconds: Int64)] = [
      (UInt8(ascii: "d"), 86_400), (UInt8(ascii: "h"), 3_600), (UInt8(ascii: "m"), 60),
      (UInt8(ascii: "s"), 1),
    ]
    var total: Int64 = 0
    var number: Int64?
    var digits = 0
    for byte in text.utf8 {
      if (0x30...0x39).contains(byte) {
        digits += 1
        guard digits <= 9 else { return nil }
        number = (number ?? 0) * 10 + Int64(byte - 0x30)
      } else {
        guard let count = number, let unit = units.firstIndex(where: { $0.symbol == byte })
        else { return nil }
        total += count * units[unit].seconds
        units.removeFirst(unit + 1)
        (number, digits) = (nil, 0)
      }
    }
    guard number == nil, total >= 1 else { return nil }
    self.seconds = total
    self.text = text
  }
}

extension TimeSpan {
  /// The sum, in the largest units that it has: `45m`, `1h15m`.
  package static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan {
    TimeSpan(wholeSeconds: a.seconds + b.seconds)
  }

  /// Not longer than so many milliseconds, but at least a second.
  func cut(to milliseconds: Int64) -> TimeSpan {
    milliseconds >= self.milliseconds ? self : TimeSpan(wholeSeconds: max(1, milliseconds / 1_000))
  }

  /// Nil when nothing is left.
  package func minus(_ other: TimeSpan) -> TimeSpan? {
    self > other ? TimeSpan(wholeSeconds: seconds - other.seconds) : nil
  }

  /// In the largest units that it has; at least one second.
  init(wholeSeconds: Int64) {
    let units = [
      (wholeSeconds / 86_400, "d"), (wholeSeconds / 3_600 % 24, "h"),
      (wholeSeconds / 60 % 60, "m"), (wholeSeconds % 60, "s"),
    ]
    seconds = wholeSeconds
    text = units.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }
}

extension TimeSpan: Hashable, Comparable {
  package static func == (a: TimeSpan, b: TimeSpan) -> Bool { a.seconds == b.seconds }
  package static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.seconds < b.seconds }
  package func hash(into hasher: inout Hasher) { hasher.combine(seconds) }
}

extension TimeSpan: CustomStringConvertible {
  package var description: String { text }
}

extension TimeSpan: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = TimeSpan(text) else { throw decoder.invalid("not a duration") }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
