import Testing
import TransparencyLog

@Suite("Verifier keys")
struct VerifierKeyTests {
  static let example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

  @Test("published keys are read and written unchanged")
  func published() throws {
    let vectors = try NoteVectors.published.get()
    for text in vectors.notes.flatMap(\.keys) {
      #expect(try VerifierKey(parsing: text).description == text)
    }
  }

  @Test("the parts are those of the text")
  func parts() throws {
    let key = try VerifierKey(parsing: Self.example)
    #expect(key.name.description == "example.com/foo")
    #expect(key.id == [0x53, 0x0d, 0x90, 0x3a])
    #expect(
      key.publicKey
        == bytes(hex: "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4"))
  }

  @Test("the fingerprint is the SHA-256 of the raw key in eight groups")
  func fingerprint() throws {
    #expect(
      try VerifierKey(parsing: Self.example).fingerprint
        == "sha256:75be0ebd-4485da8d-0280aab4-22d66b87-02264283-29b3c2bf-0c7965b0-910188fe")
  }

  @Test("no part of a key's text is a key, nor is the text with a byte changed")
  func manglings() throws {
    let text = Array(Self.example.utf8)
    for start in text.indices {
      for end in start..<text.count {
        #expect(throws: NoteError.self) {
          try VerifierKey(parsing: String(decoding: text[start..<end], as: UTF8.self))
        }
      }
      var changed = text
      changed[start] += 1
      #expect(throws: NoteError.self) {
        try VerifierKey(parsing: String(decoding: changed, as: UTF8.self))
      }
    }
  }

  @Test(
    "what is wrong with a key is said",
    arguments: [
      ("", NoteError.malformedVerifierKey),
      ("name", .malformedVerifierKey),
      ("name+530d903a", .malformedVerifierKey),
      ("name+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .malformedVerifierKey),
      ("name+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .malformedVerifierKey),
      ("name+530d903a+", .malformedVerifierKey),
      ("name++530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .malformedVerifierKey),
      ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .badKeyName),
      ("a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .badKeyName),
      ("name+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .wrongKeyID),
      (example + "\n", .malformedVerifierKey),
      // The published manglings of golang.org/x/mod/sumdb/note: a key too long, a type unknown.
      (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        .malformedVerifierKey
      ),
      (
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        .unsupportedKeyType(0x65)
      ),
      // A witness key, type 0x04, of transparency-dev/formats.
      (
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
        .unsupportedKeyType(0x04)
      ),
    ])
  func refusals(text: String, error: NoteError) {
    #expect(throws: error) { try VerifierKey(parsing: text) }
  }

  @Test(
    "names have no spaces, control characters or plus signs",
    arguments: [
      "", " ", "a b", "a+b", "a\nb", "a\u{0}b", "a\u{7f}b", "a\u{a0}b", "a\u{2003}b", "a\u{2028}b",
    ])
  func badNames(name: String) {
    #expect(throws: NoteError.badKeyName) { try KeyName(name) }
  }

  @Test("names that only look the same are different")
  func canonicalEquivalence() throws {
    let composed = "caf\u{e9}.example"
    let decomposed = "cafe\u{301}.example"
    try #require(composed == decomposed)
    #expect(try KeyName(composed) != KeyName(decomposed))
    let seed = NoteSigner(name: try KeyName(composed)).seed
    let one = try NoteSigner(name: KeyName(composed), seed: seed)
    let other = try NoteSigner(name: KeyName(decomposed), seed: seed)
    #expect(one.verifierKey != other.verifierKey)
    #expect(throws: NoteError.noKnownSignature) {
      try SignedNote(text: "text\n", signedBy: [one]).text(verifiedBy: [other.verifierKey])
    }
  }
}
