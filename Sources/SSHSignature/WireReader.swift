/// Reads values in SSH's encoding (RFC 4251 §5), each of which is there or not.
struct WireReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// Four bytes, the highest first.
  mutating func number() -> UInt32? {
    take(4)?.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// A length and so many bytes.
  mutating func string() -> [UInt8]? {
    number().flatMap { Int(exactly: $0) }.flatMap { take($0) }
  }

  mutating func text() -> String? {
    string().flatMap { String(validating: $0, as: UTF8.self) }
  }
}

/// A string in the same encoding.
func wire(_ bytes: [UInt8]) -> [UInt8] {
  let length = UInt32(bytes.count)
  return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + bytes
}
