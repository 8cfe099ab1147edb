import Crypto
import Foundation

/// A detached signature as `ssh-keygen -Y sign` makes it (PROTOCOL.sshsig of OpenSSH), by an
/// Ed25519 key. Signatures of other keys are not read.
package struct SSHSignature: Sendable, Equatable {
  /// The 32 bytes of the key that is said to have signed.
  package let key: [UInt8]
  package let namespace: String
  package let hash: HashAlgorithm
  private let signature: [UInt8]

  package enum HashAlgorithm: String, Sendable, CaseIterable {
    case sha256, sha512
  }

  /// Longer than any that is read here: about 300 bytes.
  package static let armoredBytesMax = 2_048

  /// Nil unless it is exactly what `ssh-keygen` would write, for an Ed25519 key.
  package init?(armored text: String) {
    guard text.utf8.count <= Self.armoredBytesMax, let blob = unarmor(text) else { return nil }
    var reader = WireReader(blob)
    guard reader.take(magic.count) == magic, reader.number() == 1,
      let key = reader.string().flatMap(ed25519Key),
      let namespace = reader.text(), !namespace.isEmpty,
      // OpenSSH signs it as empty, whatever stands there.
      reader.string() == [],
      let hash = reader.text().flatMap(HashAlgorithm.init(rawValue:)),
      let signature = reader.string().flatMap(ed25519Signature), reader.isAtEnd
    else { return nil }
    (self.key, self.namespace, self.hash, self.signature) = (key, namespace, hash, signature)
  }

  /// Whether the key signed exactly this message, for exactly this namespace.
  package func isOf(_ message: [UInt8], namespace wanted: String) -> Bool {
    guard namespace == wanted else { return false }
    let digest =
      switch hash {
      case .sha256: Array(SHA256.hash(data: message))
      case .sha512: Array(SHA512.hash(data: message))
      }
    let signed =
      magic + wire(Array(namespace.utf8)) + wire([]) + wire(Array(hash.rawValue.utf8))
      + wire(digest)
    // Not every 32 bytes are a key.
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
    return key.isValidSignature(signature, for: signed)
  }

  /// The key as it stands in `.pub` files: `ssh-ed25519 AAAA…`, without a name.
  package var keyText: String {
    let blob = wire(Array(keyType.utf8)) + wire(key)
    return "\(keyType) \(Data(blob).base64EncodedString())"
  }
}

private let magic = Array("SSHSIG".utf8)
private let keyType = "ssh-ed25519"
private let begin = "-----BEGIN SSH SIGNATURE-----"
private let end = "-----END SSH SIGNATURE-----"

/// The bytes between the two lines; nil unless they stand there in the one canonical form.
private func unarmor(_ text: String) -> [UInt8]? {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  guard lines.count >= 4, lines.first == begin[...], lines.suffix(2) == [end[...], ""] else {
    return nil
  }
  let base64 = lines.dropFirst().dropLast(2).joined()
  guard let data = Data(base64Encoded: base64), data.base64EncodedString() == base64 else {
    return nil
  }
  return Array(data)
}

private func ed25519Key(_ blob: [UInt8]) -> [UInt8]? { typed(blob, length: 32) }
private func ed25519Signature(_ blob: [UInt8]) -> [UInt8]? { typed(blob, length: 64) }

/// What follows the name of the type, if it is ours, has that length, and nothing follows it.
private func typed(_ blob: [UInt8], length: Int) -> [UInt8]? {
  var reader = WireReader(blob)
  guard reader.text() == keyType, let bytes = reader.string(), bytes.count == length,
    reader.isAtEnd
  else { return nil }
  return bytes
}
