import Testing
import TransparencyLog

@Suite("Errors say what is wrong")
struct ErrorTests {
  @Test("proofs")
  func proofs() {
    #expect(
      ProofError.shrinkingTree(from: 7, to: 5).description
        == "a log cannot shrink from 7 to 5 leaves")
    #expect(
      ProofError.malformedHash(position: 0).description
        == "hash 1 of the proof is not the base64 of 32 bytes")
  }

  @Test("notes")
  func notes() throws {
    #expect(
      NoteError.badSignature(try KeyName("log.example")).description
        == "the signature by log.example is wrong: the note was altered, or another key signed it")
    #expect(
      NoteError.noteTooLarge(byteCount: 1_000_001).description
        == "a note of 1000001 bytes is larger than the limit of 1000000")
  }
}
