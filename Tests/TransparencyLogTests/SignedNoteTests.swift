import Testing
import TransparencyLog

@Suite("Signed notes")
struct SignedNoteTests {
  let signer: NoteSigner
  let witness: NoteSigner
  let signature: String

  init() throws {
    signer = NoteSigner(name: try KeyName("log.example"))
    witness = NoteSigner(name: try KeyName("witness.example/1"))
    let note = try SignedNote(text: "x\n", signedBy: [signer]).description
    signature = String(note.dropFirst(3))
  }

  @Test("published notes are verified, and written back unchanged")
  func published() throws {
    for vector in try NoteVectors.published.get().notes {
      let note = try SignedNote(parsing: vector.note.utf8)
      #expect(note.description == vector.note)
      let keys = try vector.keys.map { key in try VerifierKey(parsing: key) }
      #expect(try note.text(verifiedBy: keys) == vector.text)
      for key in keys {
        #expect(try note.text(verifiedBy: [key]) == vector.text)
      }
    }
  }

  @Test("published notes by unknown keys are read and written back, but not believed")
  func unknownKeys() throws {
    let vectors = try NoteVectors.published.get()
    let keys = try vectors.notes.flatMap(\.keys).map { key in try VerifierKey(parsing: key) }
    for vector in vectors.unverifiable {
      let note = try SignedNote(parsing: vector.note.utf8)
      #expect(note.description == vector.note)
      #expect(throws: NoteError.noKnownSignature) { try note.text(verifiedBy: keys) }
      #expect(throws: NoteError.noKnownSignature) { try note.text(verifiedBy: []) }
    }
  }

  @Test(
    "a text may have empty lines, also at its end",
    arguments: [
      "\n", "\n\n", "a\n", "a\n\n", "\na\n\n\nb\n", "— not a signature\n\n", "è\u{301}\n",
    ])
  func texts(text: String) throws {
    let note = try SignedNote(text: text, signedBy: [signer, witness])
    let read = try SignedNote(parsing: note.description.utf8)
    #expect(read.description.utf8.elementsEqual(note.description.utf8))
    let verified = try read.text(verifiedBy: [witness.verifierKey])
    #expect(verified.utf8.elementsEqual(text.utf8))
  }

  @Test("a wrong signature by a known key refuses the note, whatever else is right")
  func wrongSignature() throws {
    let signed = try SignedNote(text: "text\n", signedBy: [signer, witness]).description
    let altered = try SignedNote(parsing: signed.replacing("text", with: "test").utf8)
    #expect(throws: NoteError.badSignature(signer.name)) {
      try altered.text(verifiedBy: [signer.verifierKey])
    }

    // The witness signed this very text, the log another one.
    let good = try SignedNote(text: "text\n", signedBy: [witness]).description
    let mixed = try SignedNote(parsing: (good + signature).utf8)
    #expect(try mixed.text(verifiedBy: [witness.verifierKey]) == "text\n")
    #expect(throws: NoteError.badSignature(signer.name)) {
      try mixed.text(verifiedBy: [witness.verifierKey, signer.verifierKey])
    }
  }

  @Test("a key of the same name with another id is unknown")
  func sameName() throws {
    let stranger = NoteSigner(name: signer.name)
    let note = try SignedNote(text: "text\n", signedBy: [stranger])
    #expect(throws: NoteError.noKnownSignature) {
      try note.text(verifiedBy: [signer.verifierKey])
    }
  }

  @Test("a signature of any length by an unknown key is kept and ignored")
  func unknownSignatureTypes() throws {
    let note = try SignedNote(text: "text\n", signedBy: [signer]).description
    for payload in ["AAAAAAA=", String(repeating: "AAAA", count: 1300)] {
      let more = note + "— other.example \(payload)\n"
      let read = try SignedNote(parsing: more.utf8)
      #expect(read.description == more)
      #expect(try read.text(verifiedBy: [signer.verifierKey]) == "text\n")
    }
  }

  @Test("what is wrong with a note is said")
  func refusals() {
    let cases: [(String, NoteError)] = [
      ("", .missingSignatures),
      ("\n", .missingSignatures),
      ("\n\n", .missingSignatures),
      ("text\n", .missingSignatures),
      ("text\n\n", .missingSignatures),
      ("text\n" + signature, .missingSignatures),
      ("text\n\n" + signature.dropLast(), .missingSignatures),
      ("text\n\n" + signature + "\n", .missingSignatures),
      ("te\rxt\n\n" + signature, .controlCharacter),
      ("te\txt\n\n" + signature, .controlCharacter),
      ("te\u{0}xt\n\n" + signature, .controlCharacter),
      ("text\r\n\r\n" + signature, .controlCharacter),
      ("text\n\n" + signature + "stray\n", .malformedSignature(line: 2)),
      ("text\n\n- log.example AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n—log.example AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— log.example\n", .malformedSignature(line: 1)),
      ("text\n\n— log.example \n", .malformedSignature(line: 1)),
      ("text\n\n— log.example AAAAAAA\n", .malformedSignature(line: 1)),
      ("text\n\n— log.example AAAAAA==\n", .malformedSignature(line: 1)),
      ("text\n\n— log.example AAAAAAB=\n", .malformedSignature(line: 1)),
      ("text\n\n— log.example  AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— log.example AAAAAAA= \n", .malformedSignature(line: 1)),
      ("text\n\n— log example AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n—  AAAAAAA=\n", .badKeyName),
      ("text\n\n— log+example AAAAAAA=\n", .badKeyName),
      ("text\n\n— log\u{2003}example AAAAAAA=\n", .badKeyName),
    ]
    for (note, error) in cases {
      #expect(throws: error, "\(note.debugDescription)") { try SignedNote(parsing: note.utf8) }
    }
    #expect(throws: NoteError.notUTF8) {
      try SignedNote(parsing: Array("text\n\n\(signature)".utf8) + [0xff])
    }
  }

  @Test("sixteen signatures and a megabyte are read, not more")
  func bounds() throws {
    let sixteen = "text\n\n" + String(repeating: signature, count: 16)
    #expect(try SignedNote(parsing: sixteen.utf8).description == sixteen)
    #expect(throws: NoteError.tooManySignatures) {
      try SignedNote(parsing: (sixteen + signature).utf8)
    }
    let rest = "\n\n" + signature
    let text = String(repeating: "a", count: SignedNote.maximumByteCount - rest.utf8.count)
    let largest = text + rest
    #expect(try SignedNote(parsing: largest.utf8).description == largest)
    let byteCount = SignedNote.maximumByteCount + 1
    #expect(throws: NoteError.noteTooLarge(byteCount: byteCount)) {
      try SignedNote(parsing: ("a" + largest).utf8)
    }
    #expect(throws: NoteError.noteTooLarge(byteCount: byteCount)) {
      try SignedNote(text: text + "a\n", signedBy: [signer])
    }
  }

  @Test("nothing is signed that could not be read")
  func unsignable() {
    #expect(throws: NoteError.textWithoutFinalNewline) {
      try SignedNote(text: "", signedBy: [signer])
    }
    #expect(throws: NoteError.textWithoutFinalNewline) {
      try SignedNote(text: "text", signedBy: [signer])
    }
    #expect(throws: NoteError.controlCharacter) {
      try SignedNote(text: "a\r\n", signedBy: [signer])
    }
    #expect(throws: NoteError.missingSignatures) { try SignedNote(text: "text\n", signedBy: []) }
    #expect(throws: NoteError.tooManySignatures) {
      try SignedNote(text: "text\n", signedBy: Array(repeating: signer, count: 17))
    }
  }
}
