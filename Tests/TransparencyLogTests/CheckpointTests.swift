import Testing
import TransparencyLog

@Suite("Checkpoints")
struct CheckpointTests {
  static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
  let signer: NoteSigner
  let checkpoint: Checkpoint

  init() throws {
    signer = NoteSigner(name: try KeyName("jit.example.com/prod#1"))
    checkpoint = try Checkpoint(
      origin: "jit.example.com/prod#1", size: 1, root: .leaf("entry".utf8))
  }

  @Test("the example of the specification is read and written back")
  func example() throws {
    let text = "example.com/behind-the-sofa\n20852163\n\(Self.root)\n"
    let checkpoint = try Checkpoint(parsing: text)
    #expect(checkpoint.origin == "example.com/behind-the-sofa")
    #expect(checkpoint.size == 20_852_163)
    #expect(checkpoint.root.base64 == Self.root)
    #expect(checkpoint.extensions.isEmpty)
    #expect(checkpoint.text == text)
  }

  @Test("a checkpoint of the Go checksum database is verified and read")
  func goChecksumDatabase() throws {
    let vector = try #require(try NoteVectors.published.get().notes.last)
    let key = try VerifierKey(parsing: try #require(vector.keys.first))
    let text = try SignedNote(parsing: vector.note.utf8).text(verifiedBy: [key])
    let checkpoint = try Checkpoint(parsing: text)
    #expect(checkpoint.origin == "go.sum database tree")
    #expect(checkpoint.size == 49_189_689)
    #expect(throws: NoteError.otherOrigin) {
      try Checkpoint(opening: vector.note.utf8, with: key)
    }
  }

  @Test("a signed checkpoint is opened with its key alone")
  func signing() throws {
    let note = try checkpoint.signed(by: signer).description
    #expect(try Checkpoint(opening: note.utf8, with: signer.verifierKey) == checkpoint)
    #expect(throws: NoteError.noKnownSignature) {
      try Checkpoint(opening: note.utf8, with: NoteSigner(name: signer.name).verifierKey)
    }
    #expect(throws: NoteError.badSignature(signer.name)) {
      try Checkpoint(
        opening: note.replacing("\n1\n", with: "\n2\n").utf8, with: signer.verifierKey)
    }
  }

  @Test("a checkpoint of another log is refused, though the key is right")
  func otherOrigin() throws {
    let other = try Checkpoint(origin: "jit.example.com/prod#2", size: 0, root: .empty)
    let note = try other.signed(by: signer).description
    #expect(throws: NoteError.otherOrigin) {
      try Checkpoint(opening: note.utf8, with: signer.verifierKey)
    }
  }

  @Test("extension lines are kept")
  func extensions() throws {
    let text = "o\n0\n\(Hash.empty.base64)\none\n — two\n"
    let checkpoint = try Checkpoint(parsing: text)
    #expect(checkpoint.extensions == ["one", " — two"])
    #expect(checkpoint.text == text)
  }

  @Test(
    "what is wrong with a checkpoint is said",
    arguments: [
      ("", NoteError.textWithoutFinalNewline),
      ("o\n1\n\(root)", .textWithoutFinalNewline),
      ("\n", .checkpointTooShort),
      ("o\n1\n", .checkpointTooShort),
      ("\n1\n\(root)\n", .badOrigin),
      ("o\u{7f}\t\n1\n\(root)\n", .badOrigin),
      ("o\n\n\(root)\n", .malformedTreeSize),
      ("o\n01\n\(root)\n", .malformedTreeSize),
      ("o\n00\n\(root)\n", .malformedTreeSize),
      ("o\n+1\n\(root)\n", .malformedTreeSize),
      ("o\n-1\n\(root)\n", .malformedTreeSize),
      ("o\n 1\n\(root)\n", .malformedTreeSize),
      ("o\n1 \n\(root)\n", .malformedTreeSize),
      ("o\n1.0\n\(root)\n", .malformedTreeSize),
      ("o\n0x1\n\(root)\n", .malformedTreeSize),
      ("o\n\u{661}\n\(root)\n", .malformedTreeSize),
      ("o\n18446744073709551616\n\(root)\n", .malformedTreeSize),
      ("o\n9007199254740993\n\(root)\n", .treeTooLarge(9_007_199_254_740_993)),
      ("o\n0\n\(root)\n", .emptyTreeWithOtherRoot),
      ("o\n1\n\n", .malformedRootHash),
      ("o\n1\n\(root.dropLast())\n", .malformedRootHash),
      ("o\n1\n\(root) \n", .malformedRootHash),
      ("o\n1\nAAAA\n", .malformedRootHash),
      ("o\n1\n\(root)\n\n", .badExtensionLine),
      ("o\n1\n\(root)\n\nx\n", .badExtensionLine),
      ("o\n1\n\(root)\na\rb\n", .badExtensionLine),
    ])
  func refusals(text: String, error: NoteError) {
    #expect(throws: error) { try Checkpoint(parsing: text) }
  }

  @Test("nothing is made that could not be read")
  func unmakeable() {
    #expect(throws: NoteError.badOrigin) {
      try Checkpoint(origin: "a\nb", size: 0, root: .empty)
    }
    #expect(throws: NoteError.badExtensionLine) {
      try Checkpoint(origin: "o", size: 0, root: .empty, extensions: ["a\nb"])
    }
    #expect(throws: NoteError.treeTooLarge(.max)) {
      try Checkpoint(origin: "o", size: .max, root: .empty)
    }
  }
}
