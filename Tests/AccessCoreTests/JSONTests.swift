import Testing

@testable import AccessCore

@Suite("JSON")
struct JSONTests {
  @Test("the canonical form has sorted keys, no white space and the shortest escapes")
  func canonical() throws {
    let json = try JSON(
      parsing: #"{ "b" : [1, -2, null, true], "a" : "é\u0000\u001f\"\\\/\n\u20ac" }"#.utf8)
    #expect(
      String(decoding: json.canonical, as: UTF8.self)
        == #"{"a":"é\u0000\u001f\"\\/\n€","b":[1,-2,null,true]}"#)
    #expect(try JSON(parsing: json.canonical) == json)
  }

  @Test(
    "what the ledger does not know is refused",
    arguments: [
      "", "1.5", "1e3", "01", "-0", "9007199254740993", "-9007199254740993", "99999999999999999999",
      #"{"a":1,"a":2}"#, #""\ud800""#, #""\udc00\ud800""#, "\"\u{1}\"", "[1,]", "{,}", "[1",
      "{\"a\"}",
      "nul", "true false", #""\x""#, "[" + String(repeating: "[", count: 40),
    ])
  func refused(_ text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text.utf8) }
  }

  @Test("invalid UTF-8 is refused")
  func invalidUTF8() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }

  @Test("for people, everything that acts on a terminal is escaped")
  func inert() {
    let json = JSON.object(["a": .string("x\u{1b}[2J\u{202e}y\u{1F600}")])
    #expect(json.inertLine == #"{"a":"x\u001b[2J\u202ey😀"}"#)
    #expect(json.inertText == "{\n  \"a\": \"x\\u001b[2J\\u202ey😀\"\n}")
  }

  @Test("random bytes never crash the parser, and what it reads it writes back the same")
  func fuzz() {
    var random = SeededGenerator(seed: 7)
    let alphabet = Array(#"{}[]",:\u0123abtruefalsn -e."#.utf8) + [0, 0xC3, 0xA9, 0xFF]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      guard let json = try? JSON(parsing: bytes) else { continue }
      #expect((try? JSON(parsing: json.canonical)) == json)
    }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
