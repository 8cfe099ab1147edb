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
    return Array(writer.text.utf8)
  }

  /// For people: indented, and everything escaped that could act on a terminal.
  package var inertText: String {
    var writer = JSONWriter(escaping: .inert, indent: "  ")
    writer.write(self)
    return writer.text
  }

  /// One line, and everything escaped that could act on a terminal.
  package var inertLine: String {
    var writer = JSONWriter(escaping: .inert)
    writer.write(self)
    return writer.text
  }
}

private struct JSONWriter {
  enum Escaping {
    /// Only what RFC 8259 demands.
    case least
    /// Also what acts on a terminal or on a reader's eye.
    case inert
  }

  let escaping: Escaping
  var indent: String?
  var text = ""
  private var depth = 0

  init(escaping: Escaping, indent: String? = nil) {
    self.escaping = escaping
    self.indent = indent
  }

  mutating func write(_ value: JSON) {
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .integer(let integer): text += String(integer)
    case .string(let string): write(string: string)
    case .array(let elements):
      enclosed("[", "]", elements) { $0.write($1) }
    case .object(let members):
      // Keys are ASCII, for which the order of bytes is that of UTF-16 units (RFC 8785 §3.2.3).
      enclosed(
        "{", "}", members.sorted { Array($0.key.utf16).lexicographicallyPrecedes($1.key.utf16) }
      ) {
        $0.write(string: $1.key)
        $0.text += $0.indent == nil ? ":" : ": "
        $0.write($1.value)
      }
    }
  }

  private mutating func enclosed<Element>(
    _ open: String, _ close: String, _ elements: [Element],
    _ body: (inout JSONWriter, Element) -> Void
  ) {
    text += open
    depth += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      newLine()
      body(&self, element)
    }
    depth -= 1
    if !elements.isEmpty { newLine() }
    text += close
  }

  private mutating func newLine() {
    guard let indent else { return }
    text += "\n" + String(repeating: indent, count: depth)
  }

  private mutating func write(string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        let acts = escaping == .inert && scalar.actsOnReader
        if scalar.value < 0x20 || acts {
          write(escaped: scalar)
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }

  private mutating func write(escaped scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
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
