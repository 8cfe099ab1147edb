/// The state of a log at one size (C2SP tlog-checkpoint), the text of the note that the log signs.
package struct Checkpoint: Sendable {
  /// The name of the log. For our own logs it is also the name of the key.
  package let origin: String
  /// The number of entries.
  package let size: UInt64
  package let root: Hash
  /// Opaque lines after the root hash; the specification advises against them.
  package let extensions: [String]

  package init(
    origin: String, size: UInt64, root: Hash, extensions: [String] = []
  ) throws(NoteError) {
    guard Self.isLine(origin) else { throw .badOrigin }
    guard size <= MerkleTree.maximumSize else { throw .treeTooLarge(size) }
    guard size > 0 || root == .empty else { throw .emptyTreeWithOtherRoot }
    guard extensions.allSatisfy(Self.isLine) else { throw .badExtensionLine }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// Reads the text of a note that has been verified.
  package init(parsing text: String) throws(NoteError) {
    guard text.utf8.last == UInt8(ascii: "\n") else { throw .textWithoutFinalNewline }
    let lines = text.utf8.dropLast()
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard lines.count >= 3 else { throw .checkpointTooShort }
    // Only what would be written the same way is read: no sign, no leading zeros.
    guard let size = UInt64(lines[1]), String(size) == lines[1] else { throw .malformedTreeSize }
    guard let root = Hash(base64: lines[2]) else { throw .malformedRootHash }
    try self.init(origin: lines[0], size: size, root: root, extensions: Array(lines[3...]))
  }

  /// Reads and verifies the note of a log whose key bears the log's name, and that key has to have
  /// signed it.
  package init(opening note: some Collection<UInt8>, with key: VerifierKey) throws(NoteError) {
    try self.init(parsing: SignedNote(parsing: note).text(verifiedBy: [key]))
    guard origin.utf8.elementsEqual(key.name.utf8) else { throw .otherOrigin }
  }

  /// The checkpoint as a note by `signers`.
  package func signed(by signers: NoteSigner...) throws(NoteError) -> SignedNote {
    try SignedNote(text: text, signedBy: signers)
  }

  /// The text that is signed.
  package var text: String {
    ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
  }

  private static func isLine(_ line: String) -> Bool {
    !line.isEmpty && line.utf8.allSatisfy { $0 >= 0x20 }
  }
}

extension Checkpoint: Hashable {
  /// Equal if the signed bytes are: Swift's strings compare by canonical equivalence.
  package static func == (one: Checkpoint, other: Checkpoint) -> Bool {
    one.text.utf8.elementsEqual(other.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(Array(text.utf8))
  }
}
