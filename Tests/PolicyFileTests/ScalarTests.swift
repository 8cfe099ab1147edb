import AccessCore
import Testing

@testable import PolicyFile

@Suite("Words are read by their text")
struct ScalarTests {
  @Test(
    "what YAML 1.1 takes for something else stays the word that it is",
    arguments: ["on", "no", "1.5", "0x10", "1e3", "2024-01-01", "yes", "none", ".inf"])
  func words(word: String) throws {
    let text = "groups: { \(word)-s: { members: [\(word), alice] } }"
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    #expect(policy.groups.values.first?.map(\.text).sorted() == [word, "alice"].sorted())
  }

  @Test("booleans are true and false only", arguments: ["yes", "on", "True", "1", "\"true\"", "~"])
  func booleans(word: String) {
    let found = diagnostics(of: policyText(entitlement: "reason: { required: \(word) }"))
    #expect(found.map(\.position) == [Position(line: 21, column: 25)])
    #expect(found.first?.message.hasPrefix("expected true or false") == true)
  }

  @Test(
    "numbers are decimal digits only",
    arguments: ["0x10", "1_000", "4.0", "-1", "+4", "\"4\"", "99999999999999999999", "٤"])
  func numbers(word: String) {
    let found = diagnostics(of: policyText(entitlement: "sessions: \(word)"))
    #expect(found.map(\.position) == [Position(line: 21, column: 15)])
    #expect(found.first?.message.hasPrefix("expected a number from 1 to 100") == true)
  }

  @Test("durations may stand in quotes")
  func quoted() throws {
    let text = policyText(entitlement: "review_within: \"90m\"")
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    #expect(policy.entitlements.values.map(\.reviewWithin.text) == ["90m"])
  }

  @Test(
    "a place is the same with a byte order mark, and with any line ends",
    arguments: ["\n", "\r\n", "\r"])
  func places(end: String) {
    let text = "\u{FEFF}gruops: {}\ngroups:\n  a: { members: [b] }\n  a: { members: [c] }\n"
    let found = diagnostics(of: text.replacing("\n", with: end))
    #expect(
      found.map(\.position) == [Position(line: 1, column: 1), Position(line: 4, column: 3)])
    #expect(found.last?.message.hasSuffix("first at p.yaml:3:3") == true)
  }

  @Test("a control character in the text is told with its place")
  func control() {
    let found = diagnostics(of: "groups:\n  a: { members: [\u{1}] }\n")
    #expect(
      found.map(\.description) == ["p.yaml:2:18: error: control characters are not allowed"])
  }
}
