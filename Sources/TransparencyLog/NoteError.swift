/// Why a key, a signed note or a checkpoint cannot be made, read or believed.
///
/// None of the cases carries text from an unverified note.
package enum NoteError: Error, Hashable, Sendable {
  // Names and keys.
  case badKeyName
  case malformedVerifierKey
  /// `type` is the byte before the key; only Ed25519, 0x01, is read.
  case unsupportedKeyType(UInt8)
  case wrongKeyID
  case badSeed(byteCount: Int)

  // Notes.
  case noteTooLarge(byteCount: Int)
  case notUTF8
  case controlCharacter
  case textWithoutFinalNewline
  case missingSignatures
  /// `line` counts the signature lines from 1.
  case malformedSignature(line: Int)
  case tooManySignatures
  case signingFailed(KeyName)
  case badSignature(KeyName)
  case noKnownSignature

  // Checkpoints.
  case checkpointTooShort
  case badOrigin
  case otherOrigin
  case malformedTreeSize
  case treeTooLarge(UInt64)
  case malformedRootHash
  case emptyTreeWithOtherRoot
  case badExtensionLine
}

extension NoteError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badKeyName:
      "a key name is not empty and has no spaces, control characters or plus signs"
    case .malformedVerifierKey:
      "a verifier key has the form NAME+ID+KEY: id 8 hexadecimal digits, key base64 of 33 bytes"
    case .unsupportedKeyType(let type):
      "a verifier key of type \(type) is not supported, only Ed25519, which is type 1"
    case .wrongKeyID:
      "the id in the verifier key does not belong to its name and key: it was mistyped or altered"
    case .badSeed(let byteCount):
      "an Ed25519 private key is 32 bytes, not \(byteCount)"
    case .noteTooLarge(let byteCount):
      "a note of \(byteCount) bytes is larger than the limit of \(SignedNote.maximumByteCount)"
    case .notUTF8:
      "the note is not valid UTF-8"
    case .controlCharacter:
      "the note has a control character other than newline"
    case .textWithoutFinalNewline:
      "the text of a note ends with a newline"
    case .missingSignatures:
      "the note has no blank line with signature lines after it"
    case .malformedSignature(let line):
      "signature line \(line) of the note does not have the form — NAME BASE64"
    case .tooManySignatures:
      "the note has more than \(SignedNote.maximumSignatureCount) signatures"
    case .signingFailed(let name):
      "the key \(name) could not sign"
    case .badSignature(let name):
      "the signature by \(name) is wrong: the note was altered, or another key signed it"
    case .noKnownSignature:
      "the note is not signed by any key that is trusted here"
    case .checkpointTooShort:
      "a checkpoint has the lines origin, tree size and root hash"
    case .badOrigin:
      "the origin of a checkpoint is one line that is not empty, without control characters"
    case .otherOrigin:
      "the checkpoint is of another log than its key is named for"
    case .malformedTreeSize:
      "the tree size of the checkpoint is not a plain decimal number"
    case .treeTooLarge(let size):
      "a tree of \(size) leaves is larger than the limit of \(MerkleTree.maximumSize)"
    case .malformedRootHash:
      "the root hash of the checkpoint is not the base64 of 32 bytes"
    case .emptyTreeWithOtherRoot:
      "the checkpoint is of an empty tree, but has not its root hash"
    case .badExtensionLine:
      "an extension line of a checkpoint is not empty and has no control characters"
    }
  }
}
