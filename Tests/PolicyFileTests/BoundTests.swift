import Testing

@testable import PolicyFile

@Suite("Bounds")
struct BoundTests {
  @Test("aliases to aliases are refused, as keys as well", arguments: ["- *", "? *"])
  func bomb(use: String) {
    var lines = ["a0: &a0 [x, x]"]
    for level in 1...30 {
      lines.append("a\(level): &a\(level)")
      for _ in 0..<2 { lines.append("  \(use)a\(level - 1)") }
      if use == "? *" { lines[lines.count - 1] += "\n  : { ? [*a\(level - 1)] : x }" }
    }
    let found = diagnostics(of: lines.joined(separator: "\n"))
    #expect(found.map(\.message) == ["anchors and aliases are not supported"])
  }

  @Test("stars and ampersands in comments and texts are no aliases")
  func stars() {
    let comment = String(repeating: "# * one & two\n", count: 20)
    let text = policyText(entitlement: "reason: { pattern: \"&a *b .*c [0-9]*d\" }")
    #expect(diagnostics(of: comment + text).isEmpty)
  }

  @Test("deep nesting is refused, not followed", arguments: [40, 900, 5_000])
  func nesting(depth: Int) {
    let found = diagnostics(of: "groups: " + String(repeating: "[", count: depth) + "a")
    #expect(found.count == 1)
    let closed =
      "groups: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(diagnostics(of: closed).count == 1)
  }

  @Test("a file may hold so much and no more")
  func size() {
    let comment = String(repeating: "#\n", count: PolicyLimits.documentBytesMax / 2)
    #expect(diagnostics(of: comment).isEmpty)
    #expect(diagnostics(of: comment + "#").map(\.message) == ["is larger than 1000000 bytes"])
    let nodes = String(repeating: "- a\n", count: PolicyLimits.documentNodesMax)
    #expect(diagnostics(of: nodes).map(\.message) == ["is more than one file may hold"])
  }

  @Test("many repeated keys end in one error")
  func repeated() {
    let found = diagnostics(of: String(repeating: "a: 1\n", count: 100))
    #expect(found.map(\.message) == ["more than 50 keys are defined twice"])
  }

  @Test("many misspelt names are reported without hints after a while")
  func hints() {
    let members = (0..<3_000).map { "person-\($0)" }.joined(separator: ", ")
    let wrong = (0..<50).map { "persom-\($0)" }.joined(separator: ", ")
    let found = diagnostics(
      of: "groups: { g: { members: [\(members)] } }\nauthorities: { audit: [\(wrong)] }")
    #expect(found.count == 50)
    #expect(found.first?.hint?.hasPrefix("Did you mean \"person-") == true)
    #expect(found.last?.hint == "Define the group, or add the person to one.")
  }

  @Test(
    "a pattern that does not compile is told, however odd",
    arguments: ["(", "[", "a{2,1}", "\\\\", "(?<n>a)\\\\k<m>", "*", "(?"])
  func patterns(pattern: String) {
    let found = diagnostics(of: policyText(entitlement: "reason: { pattern: \"\(pattern)\" }"))
    #expect(found.map(\.position) == [Position(line: 21, column: 24)])
    #expect(found.first?.message.contains("is not a regular expression: ") == true)
  }
}
