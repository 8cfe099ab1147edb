/// JSON (RFC 8259) as the ledger has it: no floats, integers within ±2^53, keys unique.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([JSON])
  case object([String: JSON])
}

extension JSON {
  /// The canonical form (RFC 8785 for this subset): keys in order, no white space, the shortest
  /// escapes. The same value has the same bytes, always.
  package var canonical: [UInt8] {
    var writer = JSONWriter(escaping: .least)
    writer.write(self)
    return writer.bytes
  }

  /// The canonical form of an object whose members are in its order already.
  package static func canonical(inOrder members: KeyValuePairs<String, JSON>) -> [UInt8] {
    assert(zip(members, members.dropFirst()).allSatisfy { $0.key < $1.key })
    var writer = JSONWriter(escaping: .least)
    writer.write(members: members)
    return writer.bytes
  }

  /// For people: indented, and everything escaped that could act on a terminal.
  package var inertText: String {
    var writer = JSONWriter(escaping: .inert, indent: "  ")
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// One line, and everything escaped that could act on a terminal.
  package var inertLine: String {
    var writer = JSONWriter(escaping: .inert)
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Writes bytes, since every entry goes through it on its way to the disk.
private struct JSONWriter {
  enum Escaping {
    /// Only what RFC 8259 demands.
    case least
    /// Also what acts on a terminal or on a reader's eye.
    case inert
  }

  let escaping: Escaping
  let indent: String?
  private(set) var bytes: [UInt8] = []
  private var depth = 0

  init(escaping: Escaping, indent: String? = nil) {
    self.escaping = escaping
    self.indent = indent
    bytes.reserveCapacity(512)
  }

  mutating func write(_ value: JSON) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let bool): bytes += (bool ? "true" : "false").utf8
    case .integer(let integer): bytes += String(integer).utf8
    case .string(let string): write(string: string)
    case .array(let elements):
      enclosed("[", "]", elements) { $0.write($1) }
    case .object(let members):
      // Keys are ASCII, for which every order is that of UTF-16 units (RFC 8785 §3.2.3).
      write(members: members.sorted { $0.key < $1.key })
    }
  }

  mutating func write(members: some Collection<(key: String, value: JSON)>) {
    enclosed("{", "}", members) {
      $0.write(string: $1.key)
      $0.bytes += ($0.indent == nil ? ":" : ": ").utf8
      $0.write($1.value)
    }
  }

  private mutating func enclosed<Elements: Collection>(
    _ open: String, _ close: String, _ elements: Elements,
    _ body: (inout JSONWriter, Elements.Element) -> Void
  ) {
    bytes += open.utf8
    depth += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes += ",".utf8 }
      newLine()
      body(&self, element)
    }
    depth -= 1
    if !elements.isEmpty { newLine() }
    bytes += close.utf8
  }

  private mutating func newLine() {
    guard let indent else { return }
    bytes += "\n".utf8
    for _ in 0..<depth { bytes += indent.utf8 }
  }

  private mutating func write(string: String) {
    bytes += "\"".utf8
    let isWritten = string.utf8.withContiguousStorageIfAvailable { utf8 in
      guard utf8.allSatisfy({ $0.isPlain }) else { return false }
      bytes += utf8
      return true
    }
    if isWritten != true { for scalar in string.unicodeScalars { write(scalar) } }
    bytes += "\"".utf8
  }

  private mutating func write(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": bytes += "\\\"".utf8
    case "\\": bytes += "\\\\".utf8
    case "\u{8}": bytes += "\\b".utf8
    case "\u{C}": bytes += "\\f".utf8
    case "\n": bytes += "\\n".utf8
    case "\r": bytes += "\\r".utf8
    case "\t": bytes += "\\t".utf8
    default:
      let acts = escaping == .inert && scalar.actsOnReader
      if scalar.value < 0x20 || acts {
        write(escaped: scalar)
      } else {
        bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
  }

  private mutating func write(escaped scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    }
  }
}

extension UInt8 {
  /// Whether it stands for itself in a JSON string, in whatever way that is escaped.
  fileprivate var isPlain: Bool {
    (0x20..<0x7F).contains(self) && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
  }
}

extension JSON {
  /// The member of an object; nil for anything else.
  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  /// The text of a string; nil for anything else.
  package var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
}
