/// A text with one or more signatures (C2SP signed-note): the text, which ends with a newline, an
/// empty line, and a line for each signature.
///
/// The text of a note that was read is out of reach until a known key has verified it.
package struct SignedNote: Sendable {
  package static let maximumByteCount = 1_000_000
  /// As many as the specification asks every reader to accept.
  package static let maximumSignatureCount = 16

  private let text: String
  private let signatures: [NoteSignature]

  /// Signs `text`, which ends with a newline and has no other control characters.
  package init(text: String, signedBy signers: [NoteSigner]) throws(NoteError) {
    try Self.checkCharacters(of: text)
    guard text.utf8.last == UInt8(ascii: "\n") else { throw .textWithoutFinalNewline }
    guard !signers.isEmpty else { throw .missingSignatures }
    guard signers.count <= Self.maximumSignatureCount else { throw .tooManySignatures }
    self.text = text
    var signatures: [NoteSignature] = []
    for signer in signers { signatures.append(try signer.sign(text)) }
    self.signatures = signatures
    try Self.checkByteCount(description.utf8.count)
  }

  /// Reads a note. Signatures are checked later, by ``text(verifiedBy:)``.
  package init(parsing bytes: some Collection<UInt8>) throws(NoteError) {
    try Self.checkByteCount(bytes.count)
    guard let note = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    try Self.checkCharacters(of: note)

    let newline = UInt8(ascii: "\n")
    let utf8 = Array(note.utf8)
    // The last empty line separates: the text may have empty lines of its own.
    guard
      let separator = utf8.indices.dropFirst().last(where: { index in
        utf8[index] == newline && utf8[index - 1] == newline
      })
    else { throw .missingSignatures }
    let lines = utf8[(separator + 1)...].split(
      separator: newline, omittingEmptySubsequences: false)
    guard lines.count > 1, lines.last == [] else { throw .missingSignatures }
    guard lines.count - 1 <= Self.maximumSignatureCount else { throw .tooManySignatures }

    var signatures: [NoteSignature] = []
    for (index, line) in lines.dropLast().enumerated() {
      signatures.append(try NoteSignature(parsing: line, number: index + 1))
    }
    self.signatures = signatures
    text = String(decoding: utf8[..<separator], as: UTF8.self)
  }

  /// The text, if at least one of `keys` has signed it.
  ///
  /// Signatures by other keys are ignored; a wrong signature by one of `keys` refuses the note,
  /// whatever the other signatures are.
  package func text(verifiedBy keys: [VerifierKey]) throws(NoteError) -> String {
    var isSigned = false
    for signature in signatures {
      for key in keys where key.isSigner(of: signature) {
        guard key.isValid(signature, of: text) else { throw .badSignature(key.name) }
        isSigned = true
      }
    }
    guard isSigned else { throw .noKnownSignature }
    return text
  }

  private static func checkByteCount(_ count: Int) throws(NoteError) {
    guard count <= maximumByteCount else { throw .noteTooLarge(byteCount: count) }
  }

  private static func checkCharacters(of note: String) throws(NoteError) {
    let allowed = note.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
    guard allowed else { throw .controlCharacter }
  }
}

extension SignedNote: CustomStringConvertible {
  /// The whole note, as it is stored and sent.
  package var description: String {
    text + "\n" + signatures.map { $0.line + "\n" }.joined()
  }
}
