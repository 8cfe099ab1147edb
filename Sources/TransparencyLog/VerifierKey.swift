import Crypto

/// The public half of a note-signing key, written as `<name>+<key id>+<base64 of type and key>`
/// (the vkey of C2SP signed-note). The one type that is read is Ed25519, 0x01.
package struct VerifierKey: Sendable {
  package let name: KeyName
  private let key: Curve25519.Signing.PublicKey

  static let idByteCount = 4
  private static let ed25519: UInt8 = 0x01

  init(name: KeyName, key: Curve25519.Signing.PublicKey) {
    self.name = name
    self.key = key
  }

  /// Reads the text form, without any white space around it.
  package init(parsing vkey: String) throws(NoteError) {
    // The base64 part may have plus signs of its own.
    let parts = vkey.utf8.split(
      separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let id = Hexadecimal.decode(parts[1]), id.count == Self.idByteCount,
      let typeAndKey = Base64.decode(parts[2]), let type = typeAndKey.first
    else { throw .malformedVerifierKey }
    guard type == Self.ed25519 else { throw .unsupportedKeyType(type) }
    name = try KeyName(String(Substring(parts[0])))
    do {
      key = try Curve25519.Signing.PublicKey(rawRepresentation: typeAndKey.dropFirst())
    } catch {
      throw .malformedVerifierKey
    }
    guard id == self.id else { throw .wrongKeyID }
  }

  /// The 32 bytes of the public key.
  package var publicKey: [UInt8] { Array(key.rawRepresentation) }

  /// Tells keys of one name apart: the first four bytes of
  /// `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)`. It is short, and proves nothing.
  package var id: [UInt8] {
    let identity = name.utf8 + [UInt8(ascii: "\n"), Self.ed25519] + publicKey
    return Array(SHA256.hash(data: identity).prefix(Self.idByteCount))
  }

  /// For people to compare by eye or aloud: `sha256:` and the SHA-256 of the 32 raw bytes of the
  /// public key, as 8 groups of 8 lower-case hexadecimal digits with hyphens between them.
  package var fingerprint: String {
    let digits = Hexadecimal.encode(SHA256.hash(data: publicKey))
    let groups = stride(from: 0, to: digits.count, by: 8).map { digits.dropFirst($0).prefix(8) }
    return "sha256:" + groups.joined(separator: "-")
  }

  func isSigner(of signature: NoteSignature) -> Bool {
    name == signature.name && id == signature.keyID
  }

  func isValid(_ signature: NoteSignature, of text: String) -> Bool {
    key.isValidSignature(signature.bytes, for: Array(text.utf8))
  }
}

extension VerifierKey: Hashable, CustomStringConvertible {
  /// The text form.
  package var description: String {
    let typeAndKey = Base64.encode([Self.ed25519] + publicKey)
    return "\(name)+\(Hexadecimal.encode(id))+\(typeAndKey)"
  }

  package static func == (one: VerifierKey, other: VerifierKey) -> Bool {
    one.name == other.name && one.publicKey == other.publicKey
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(publicKey)
  }
}
