/// A public key of OpenSSH, of the one type that signs reviews: `ssh-ed25519 AAAA…`, as it stands in
/// `.pub` files, without the name behind it.
package struct SSHKey: Hashable, Sendable {
  package let text: String

  /// Reads a line of a `.pub` file; nil for another type, or what is no key.
  package init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0] == "ssh-ed25519" else { return nil }
    let blob = words[1].utf8
    // 51 bytes make 68 letters, of which the first 25 say the type and the length of what follows.
    guard blob.count == 68, words[1].hasPrefix("AAAAC3NzaC1lZDI1NTE5AAAAI"),
      blob.allSatisfy(isBase64)
    else { return nil }
    text = "\(words[0]) \(words[1])"
  }
}

private func isBase64(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
    true
  default: false
  }
}

extension SSHKey: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let key = SSHKey(text), key.text == text else {
      throw decoder.invalid("not an Ed25519 key of OpenSSH")
    }
    self = key
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// Whose key signed exactly this message, in the namespace of reviews; nil when the armored text is
/// no such signature. It comes into the pure core as a value.
package typealias SignerFunction =
  @Sendable (_ armored: String, _ message: [UInt8]) -> SSHKey?
