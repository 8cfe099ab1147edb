/// A password of 190 random bits: 32 characters from `[A-Za-z0-9]`, which no shell, URI or
/// password file needs to quote, and which SASLprep (RFC 4013) leaves as they are.
struct Password: Sendable {
  let text: String

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

  init(using generator: inout some RandomNumberGenerator) {
    var text = ""
    for _ in 0..<32 {
      // `random(in:)` draws again rather than favour some characters.
      text.append(Self.alphabet[Int.random(in: Self.alphabet.indices, using: &generator)])
    }
    self.text = text
  }
}
