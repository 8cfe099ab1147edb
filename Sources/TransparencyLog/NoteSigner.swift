import Crypto

/// The private half of a note-signing key (Ed25519). It never shows in a description.
package struct NoteSigner: Sendable {
  package let name: KeyName
  private let key: Curve25519.Signing.PrivateKey

  /// Makes a fresh key.
  package init(name: KeyName) {
    self.name = name
    key = Curve25519.Signing.PrivateKey()
  }

  /// Takes up a stored key: the 32-byte seed of RFC 8032 §5.1.5.
  package init(name: KeyName, seed: [UInt8]) throws(NoteError) {
    self.name = name
    do {
      key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    } catch {
      throw .badSeed(byteCount: seed.count)
    }
  }

  /// The same key under another name, or under its own when there is none.
  package func named(_ text: String?) throws(NoteError) -> NoteSigner {
    guard let text else { return self }
    return try NoteSigner(name: KeyName(text), seed: seed)
  }

  /// The secret, for storing: 32 bytes.
  package var seed: [UInt8] { Array(key.rawRepresentation) }

  package var verifierKey: VerifierKey { VerifierKey(name: name, key: key.publicKey) }

  func sign(_ text: String) throws(NoteError) -> NoteSignature {
    do {
      let signature = try key.signature(for: Array(text.utf8))
      return NoteSignature(name: name, keyID: verifierKey.id, bytes: Array(signature))
    } catch {
      throw .signingFailed(name)
    }
  }
}

extension NoteSigner: CustomStringConvertible, CustomReflectable {
  package var description: String { "NoteSigner(\(name))" }

  /// Keeps the key out of `dump` and of descriptions of what holds a signer.
  package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
