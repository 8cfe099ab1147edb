/// A password for a temporary role.
struct Password: Sendable {
  let text: String
}

extension Password {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

  /// 190 random bits: 32 characters from `[A-Za-z0-9]`, which no shell, URI or password file needs
  /// to quote, and which SASLprep (RFC 4013) leaves as they are.
  static func random(using generator: inout some RandomNumberGenerator) -> Password {
    var text = ""
    for _ in 0..<32 {
      // `random(in:)` draws again rather than favour some characters.
      text.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
    }
    return Password(text: text)
  }
}
