/// An instant in milliseconds since 1970-01-01T00:00:00Z.
///
/// Its text form is RFC 3339 in UTC with exactly three digits of fraction
/// (`2026-03-01T09:30:00.000Z`), so that texts sort as the instants do.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

  package static func + (a: Timestamp, b: TimeSpan) -> Timestamp {
    Timestamp(milliseconds: a.milliseconds + b.milliseconds)
  }

  /// Milliseconds from `b` to `a`; negative when `a` is earlier.
  package static func - (a: Timestamp, b: Timestamp) -> Int64 { a.milliseconds - b.milliseconds }
}

extension Timestamp: CustomStringConvertible {
  package var description: String {
    let (days, rest) = floored(milliseconds, by: 86_400_000)
    let date = CivilDate(daysSince1970: days)
    var text: [UInt8] = []
    text.reserveCapacity(24)
    append(date.year, 4, "-", to: &text)
    append(date.month, 2, "-", to: &text)
    append(date.day, 2, "T", to: &text)
    append(rest / 3_600_000, 2, ":", to: &text)
    append(rest / 60_000 % 60, 2, ":", to: &text)
    append(rest / 1_000 % 60, 2, ".", to: &text)
    append(rest % 1_000, 3, "Z", to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Timestamp {
  /// Reads RFC 3339 (`2026-03-01T09:30:00Z`, `…T09:30:00.5+02:00`). Fractions beyond a
  /// millisecond are cut; a leap second reads as the second after it.
  package init?(_ text: String) {
    var reader = DigitReader(text)
    guard
      let year = reader.number(4), reader.skip("-"),
      let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), let date = CivilDate(year: year, month: month, day: day),
      reader.skip("T") || reader.skip("t"),
      let hour = reader.number(2), hour < 24, reader.skip(":"),
      let minute = reader.number(2), minute < 60, reader.skip(":"),
      let second = reader.number(2), second <= 60,
      let fraction = reader.milliseconds(),
      let offset = reader.offsetMinutes(), reader.atEnd
    else { return nil }
    let minutes = (date.daysSince1970 * 24 + hour) * 60 + minute - offset
    self.init(milliseconds: (minutes * 60 + second) * 1_000 + fraction)
  }
}

extension Timestamp: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Timestamp(text) else { throw decoder.invalid("not an RFC 3339 time") }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// At least `width` digits, and what follows them.
private func append(
  _ value: Int64, _ width: Int, _ separator: Unicode.Scalar, to text: inout [UInt8]
) {
  let digits = String(value).utf8
  for _ in 0..<max(0, width - digits.count) { text.append(0x30) }
  text += digits
  text.append(UInt8(ascii: separator))
}

private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var atEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ width: Int) -> Int64? {
    let digits = rest.prefix(width)
    guard digits.count == width, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    rest = rest.dropFirst(width)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  mutating func milliseconds() -> Int64? {
    guard skip(".") else { return 0 }
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    rest = rest.dropFirst(digits.count)
    return (0..<3).reduce(0) { sum, i in
      let index = digits.index(digits.startIndex, offsetBy: i, limitedBy: digits.endIndex)
      let digit = index.flatMap { $0 < digits.endIndex ? Int64(digits[$0] - 0x30) : nil } ?? 0
      return sum * 10 + digit
    }
  }

  mutating func offsetMinutes() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(2), hours < 24, skip(":"), let minutes = number(2), minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }
}
