import AccessCore
import Crypto
import Testing

@testable import PostgresProvisioner

@Suite("credentials")
struct CredentialTests {
  /// RFC 7677 section 3 gives the password, the whole exchange and the server's signature, which
  /// only the right server key makes.
  @Test("a verifier holds the server key of the example in RFC 7677")
  func rfc7677() throws {
    let salt: [UInt8] = [
      0x5B, 0x6D, 0x99, 0x68, 0x9D, 0x12, 0x35, 0x8E, 0xEC, 0xA0, 0x4B, 0x14, 0x12, 0x36, 0xFA,
      0x81,
    ]
    let verifier = try ScramVerifier(password: Password(text: "pencil"), salt: salt).text
    let parts = verifier.split(separator: "$")
    #expect(parts[0] == "SCRAM-SHA-256")
    #expect(parts[1] == "4096:W22ZaJ0SNY7soEsUEjb6gQ==")
    let keys = parts[2].split(separator: ":")
    let serverKey = try #require(decoded(keys[1]))
    #expect(keys.map(\.count) == [44, 44])
    let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    let exchange =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)"
    let signature = HMAC<SHA256>.authenticationCode(
      for: Array(exchange.utf8), using: SymmetricKey(data: serverKey))
    #expect(Array(signature) == decoded("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
  }

  @Test("a password is 32 letters and digits, and each may be any of them")
  func passwords() {
    var generator = SystemRandomNumberGenerator()
    var seen: [Int: Set<Character>] = [:]
    for _ in 0..<2_000 {
      let password = Password.random(using: &generator).text
      #expect(password.count == 32)
      for (place, character) in password.enumerated() { seen[place, default: []].insert(character) }
    }
    // That one of 62 is missing at one of 32 places after 2,000 draws: once in 10^11 runs.
    #expect(seen.values.allSatisfy { $0.count == 62 })
    #expect(
      seen.values.joined().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
  }

  @Test("no two secrets share a password or a verifier")
  func fresh() throws {
    let secrets = try (0..<20).map { _ in try FreshSecret() }
    #expect(Set(secrets.map { $0.secret.reveal() }).count == 20)
    #expect(Set(secrets.map(\.verifier.text)).count == 20)
  }

  @Test("the tag is the beginning of the origin's digest and tells origins apart")
  func tags() {
    let tag = OriginTag(origin: "jit.example.com/prod")
    #expect(tag.prefix == "jit1:de1778bc575d6b1c:")
    #expect(tag.marks(tag.comment(random: UInt64(255))))
    #expect(tag.comment(random: UInt64(255)) == "jit1:de1778bc575d6b1c:ff")
    let next = OriginTag(origin: "jit.example.com/prod", epoch: 2)
    #expect(next.comment(random: UInt64(255)) == "jit1:de1778bc575d6b1c:ff#2")
    #expect(
      tag.marks(next.comment(random: UInt64(1))) && next.marks(tag.comment(random: UInt64(1))))
    #expect(next.isEarlier(tag.comment(random: UInt64(1))))
    #expect(!next.isEarlier(next.comment(random: UInt64(1))))
    #expect(!tag.isEarlier(next.comment(random: UInt64(1))))
    #expect(!OriginTag(origin: "jit.example.com/test").marks(tag.comment(random: UInt64(1))))
    #expect(!tag.marks(nil))
  }
}

private func decoded(_ base64: some StringProtocol) -> [UInt8]? {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var bits = 0
  var count = 0
  var bytes: [UInt8] = []
  for character in base64 where character != "=" {
    guard let value = alphabet.firstIndex(of: character) else { return nil }
    bits = (bits << 6 | value) & 0xFFFF
    count += 6
    if count >= 8 {
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
  }
  return bytes
}
