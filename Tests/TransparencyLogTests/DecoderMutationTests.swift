import Testing
import TransparencyLog

/// A bounded, repeatable fuzz of the decoders; `Tests/Fuzz` has the unbounded ones.
@Suite("Decoders take whatever comes")
struct DecoderMutationTests {
  static let rounds = 5_000
  let signer: NoteSigner
  let checkpoint: Checkpoint

  init() throws {
    signer = try NoteSigner(
      name: KeyName("log.example"), seed: [UInt8](repeating: 1, count: 32))
    checkpoint = try Checkpoint(
      origin: "log.example", size: 12_345, root: .leaf("entry".utf8), extensions: ["more"])
  }

  @Test("a mutated note is refused, or written back as it came, and never says another text")
  func notes() throws {
    let witness = try NoteSigner(
      name: KeyName("witness.example"), seed: [UInt8](repeating: 2, count: 32))
    let note = try checkpoint.signed(by: signer, witness).description
    var generator = SeededGenerator(seed: 6)
    var accepted = 0
    for _ in 0..<Self.rounds {
      let mutated = mutate(note, using: &generator)
      guard let read = accepting({ () throws(NoteError) in try SignedNote(parsing: mutated) })
      else { continue }
      accepted += 1
      #expect(read.description.utf8.elementsEqual(mutated))
      for key in [signer.verifierKey, witness.verifierKey] {
        let text = accepting { () throws(NoteError) in try read.text(verifiedBy: [key]) }
        #expect(text == nil || text == checkpoint.text)
      }
    }
    #expect(accepted > 0)
  }

  @Test("a mutated checkpoint is refused, or written back as it came")
  func checkpoints() {
    var generator = SeededGenerator(seed: 7)
    var accepted = 0
    for _ in 0..<Self.rounds {
      let mutated = String(decoding: mutate(checkpoint.text, using: &generator), as: UTF8.self)
      guard let read = accepting({ () throws(NoteError) in try Checkpoint(parsing: mutated) })
      else { continue }
      accepted += 1
      #expect(read.text.utf8.elementsEqual(mutated.utf8))
    }
    #expect(accepted > 0)
  }

  @Test("a mutated verifier key is refused")
  func verifierKeys() {
    let vkey = signer.verifierKey.description
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<Self.rounds {
      let mutated = String(decoding: mutate(vkey, using: &generator), as: UTF8.self)
      let read = accepting { () throws(NoteError) in try VerifierKey(parsing: mutated) }
      #expect(read == nil || mutated.utf8.elementsEqual(vkey.utf8))
    }
  }

  @Test("a mutated proof is refused, or is the proof")
  func proofs() throws {
    let tree = try StoredTree(size: 77)
    let genuine = try tree.consistencyProof(from: 42, to: 77)
    let lines = genuine.base64.joined(separator: "\n")
    var generator = SeededGenerator(seed: 9)
    var read = 0
    for _ in 0..<Self.rounds {
      let mutated = String(decoding: mutate(lines, using: &generator), as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let proof = accepting { () throws(ProofError) in
        try ConsistencyProof(from: 42, to: 77, base64: mutated)
      }
      guard let proof else { continue }
      read += 1
      #expect(proof.base64 == mutated)
      let verified: Void? = accepting { () throws(ProofError) in
        try proof.verify(oldRoot: tree.roots[42], newRoot: tree.roots[77])
      }
      #expect((verified != nil) == (proof == genuine))
    }
    #expect(read > 0)
  }

  /// `nil` for a refusal with the decoder's own error; the compiler rules out every other one.
  private func accepting<Value, Refusal: Error>(
    _ decode: () throws(Refusal) -> Value
  ) -> Value? {
    do { return try decode() } catch {
      #expect(!"\(error)".isEmpty)
      return nil
    }
  }

  /// One to three changes: bytes replaced, removed, added, repeated or moved.
  private func mutate(_ text: String, using generator: inout SeededGenerator) -> [UInt8] {
    let telling = Array("\n +=—0Aa".utf8) + [0x00, 0x7f, 0xff]
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes.replaceSubrange(place..<end, with: [])
      case 1: bytes.insert(telling[Int(generator.next() % UInt64(telling.count))], at: place)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3: if place < end { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
      case 4: if place < end { bytes.swapAt(place, end - 1) }
      default:
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        bytes = Array(
          (lines + [lines[Int(generator.next() % UInt64(lines.count))]]).joined(separator: [10]))
      }
    }
    return bytes
  }
}
