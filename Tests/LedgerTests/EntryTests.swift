import AccessCore
import Foundation
import Testing

@testable import Ledger

@Suite("Entries")
struct EntryTests {
  /// The form of DESIGN §7, written by another program than the one under test.
  static func golden() throws -> [[UInt8]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/entries.jsonl")
    return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  @Test("every kind is in the golden file")
  func everyKindIsThere() {
    #expect(Set(everyKind.map(\.event.kind)) == Set(EventKind.allCases))
  }

  @Test("docs/ledger.md tells of every kind")
  func everyKindIsTold() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/ledger.md").standardized
    let text = try String(contentsOf: page, encoding: .utf8)
    for kind in EventKind.allCases { #expect(text.contains("`\(kind.rawValue)`")) }
  }

  @Test("an entry of each kind has exactly the bytes of the golden file")
  func bytes() throws {
    let golden = try Self.golden()
    #expect(golden.count == everyKind.count)
    for (entry, line) in zip(everyKind, golden) {
      let written = try EntryCodec.encode(entry)
      #expect(String(decoding: written, as: UTF8.self) == String(decoding: line, as: UTF8.self))
    }
  }

  @Test("the golden bytes read as the same entries")
  func decoding() throws {
    for (entry, line) in zip(everyKind, try Self.golden()) {
      #expect(try EntryCodec.decode(line) == entry)
    }
  }

  @Test("to parse and to write the golden bytes changes nothing")
  func canonical() throws {
    for line in try Self.golden() { #expect(try JSON(parsing: line).canonical == line) }
  }

  @Test("a kind that is not known is skipped")
  func unknownKind() throws {
    #expect(try EntryCodec.decode(entry(kind: "moon.phase")) == nil)
  }

  @Test("a version that is not known is refused, whatever its kind")
  func unknownVersion() {
    for kind in ["log.opened", "moon.phase"] {
      #expect(throws: EntryError.self) { try EntryCodec.decode(entry(version: 2, kind: kind)) }
    }
  }

  @Test(
    "what is not an entry is refused",
    arguments: [
      "", "[]", "{}", #"{"v":1}"#, #"{"v":1,"seq":0,"kind":"log.opened"}"#,
      #"{"v":1,"seq":0,"at":"yesterday","kind":"log.opened","nonce":"00","data":{}}"#,
    ])
  func malformed(_ text: String) {
    #expect(throws: (any Error).self) { try EntryCodec.decode(Array(text.utf8)) }
  }

  @Test("an entry about a request has to name one")
  func missingRequest() {
    #expect(throws: MissingRequest.self) {
      try EntryCodec.decode(entry(kind: "request.denied"))
    }
  }

  @Test(
    "an author of whom nothing is proven is refused",
    arguments: [
      #"{"method":"peer","token":null,"uid":null}"#, #"{"method":"peer","token":null,"uid":-1}"#,
      #"{"method":"peer","token":null,"uid":4294967296}"#,
      #"{"method":"token","token":null,"uid":0}"#, #"{"method":"word","token":null,"uid":0}"#,
      "null",
    ])
  func unprovenAuthor(_ auth: String) {
    #expect(throws: EntryError.self) {
      try EntryCodec.decode(entry(kind: "request.denied", auth: auth))
    }
  }

  private func entry(
    version: Int = 1, kind: String,
    auth: String = #"{"method":"peer","token":null,"uid":1000}"#
  ) -> [UInt8] {
    Array(
      """
      {"actor":"alice","at":"2026-03-01T09:30:00.000Z","auth":\(auth),"data":{},\
      "kind":"\(kind)","nonce":"00","request":null,"seq":0,"v":\(version)}
      """.utf8)
  }
}
