/// The id that a request and its grant share: 40 bits as 8 characters of Crockford's base32,
/// upper case wherever it is printed or stored.
package struct RequestID: Hashable, Comparable, Sendable {
  package let text: String

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// Takes the lowest 40 bits.
  package init(bits: UInt64) {
    text = String((0..<8).reversed().map { Self.alphabet[Int(bits >> ($0 * 5) & 31)] })
  }

  /// Reads an id in any case. As Crockford has it, `O` reads as `0`, and `I` and `L` as `1`.
  package init?(_ text: String) {
    guard text.utf8.count == 8 else { return nil }
    var read = ""
    for character in text.uppercased() {
      switch character {
      case "O": read.append("0")
      case "I", "L": read.append("1")
      default:
        guard Self.alphabet.contains(character) else { return nil }
        read.append(character)
      }
    }
    self.text = read
  }

  package static func < (a: RequestID, b: RequestID) -> Bool { a.text < b.text }
}

extension RequestID: CustomStringConvertible {
  package var description: String { text }
}

extension RequestID: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let id = RequestID(text) else { throw decoder.invalid("not a request id") }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
