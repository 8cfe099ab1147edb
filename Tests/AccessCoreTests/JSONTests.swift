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

  @Test("a payload is the JSON that its text would be")
  func encoding() throws {
    let payload = Payload(
      text: "x\u{0}é", flag: true, big: 1 << 53, small: -3, none: nil, list: [[1], []],
      names: ["b": "2", "a": nil], inner: [Payload.Inner(of: "y")])
    #expect(
      String(decoding: try JSON(encoding: payload).canonical, as: UTF8.self)
        == #"{"big":9007199254740992,"flag":true,"inner":[{"deep":{"list":["y",null]}}],"#
        + #""list":[[1],[]],"names":{"a":null,"b":"2"},"small":-3,"text":"x\u0000é"}"#)
    #expect(try JSON(encoding: 7) == .integer(7))
    #expect(try JSON(encoding: ["a"]) == .array([.string("a")]))
  }

  @Test("a payload that the ledger could not read back is refused")
  func refusedPayloads() {
    #expect(throws: JSONError.self) { try JSON(encoding: 1.5) }
    #expect(throws: JSONError.self) { try JSON(encoding: [Float(1)]) }
    #expect(throws: JSONError.self) { try JSON(encoding: ["a": 1 << 53 + 1]) }
    #expect(throws: JSONError.self) { try JSON(encoding: UInt64.max) }
  }

  private struct Payload: Encodable {
    let text: String
    let flag: Bool
    let big: Int64
    let small: Int8
    let none: String?
    let list: [[UInt32]]
    let names: [String: String?]
    let inner: [Inner]

    /// Writes what is nested by hand.
    struct Inner: Encodable {
      let of: String

      enum Keys: CodingKey { case deep, list }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var deep = container.nestedContainer(keyedBy: Keys.self, forKey: .deep)
        var list = deep.nestedUnkeyedContainer(forKey: .list)
        try list.encode(of)
        try list.encodeNil()
      }
    }
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
