import Testing
import TransparencyLog

@Suite("Note signers")
struct NoteSignerTests {
  @Test("a published key signs a published note byte for byte")
  func published() throws {
    let vector = try NoteVectors.published.get().signer
    let signer = try NoteSigner(name: KeyName(vector.name), seed: bytes(hex: vector.seed))
    #expect(signer.verifierKey.description == vector.key)
    let note = try SignedNote(text: vector.text, signedBy: [signer])
    #expect(note.description == vector.note)
  }

  @Test("a stored seed gives the same key back")
  func seed() throws {
    let name = try KeyName("log.example")
    let fresh = NoteSigner(name: name)
    #expect(fresh.seed.count == 32)
    #expect(try NoteSigner(name: name, seed: fresh.seed).verifierKey == fresh.verifierKey)
    #expect(NoteSigner(name: name).verifierKey != fresh.verifierKey)
  }

  @Test("a seed of another length is refused", arguments: [0, 31, 33, 64])
  func badSeed(count: Int) {
    #expect(throws: NoteError.badSeed(byteCount: count)) {
      try NoteSigner(name: KeyName("log.example"), seed: [UInt8](repeating: 7, count: count))
    }
  }

  @Test("no description shows the key, not even of what holds the signer")
  func secrecy() throws {
    struct Holder { let signer: NoteSigner }
    let signer = try NoteSigner(
      name: KeyName("log.example"), seed: [UInt8](repeating: 0xab, count: 32))
    var dumped = ""
    dump(Holder(signer: signer), to: &dumped)
    for text in ["\(signer)", String(reflecting: Holder(signer: signer)), dumped] {
      #expect(text.contains("log.example"))
      #expect(!text.contains("171"))
      #expect(!text.lowercased().contains("abab"))
      #expect(!text.contains("PrivateKey"))
    }
  }
}
