import Crypto
import CryptoExtras

/// What the server needs to check a password and cannot be turned back into it, in the form that
/// `pg_authid.rolpassword` has: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
///
/// Source: RFC 5802 section 3 and RFC 7677; PostgreSQL documentation, `pg_authid`.
struct ScramVerifier: Sendable {
  let text: String

  /// The least that RFC 7677 allows. More would cost the server as much again at every
  /// `CREATE ROLE`, and buys nothing for a random password; some drivers refuse less.
  private static let iterations = 4096

  /// - Parameter salt: 16 random bytes, used once.
  init(password: Password, salt: [UInt8]) throws {
    let salted = try KDF.Insecure.PBKDF2.deriveKey(
      from: Array(password.text.utf8), salt: salt, using: .sha256, outputByteCount: 32,
      unsafeUncheckedRounds: Self.iterations)
    let storedKey = SHA256.hash(data: Array(hmac("Client Key", key: salted)))
    let serverKey = hmac("Server Key", key: salted)
    text = """
      SCRAM-SHA-256$\(Self.iterations):\(base64(salt))\
      $\(base64(Array(storedKey))):\(base64(Array(serverKey)))
      """
  }
}

private func hmac(_ message: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
  HMAC<SHA256>.authenticationCode(for: Array(message.utf8), using: key)
}

/// RFC 4648 section 4, with padding.
private func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var text = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0..<4 {
      text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
    }
  }
  return text
}
