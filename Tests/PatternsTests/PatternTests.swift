import Patterns
import Testing

@Suite("Patterns")
struct PatternTests {
  struct Search: Sendable, CustomTestStringConvertible {
    let pattern: String
    let text: String
    let isFound: Bool
    var testDescription: String { "\(pattern) in \(text.prefix(40))" }

    init(_ pattern: String, _ text: String, _ isFound: Bool) {
      (self.pattern, self.text, self.isFound) = (pattern, text, isFound)
    }
  }

  @Test(
    "a match may stand anywhere in the text",
    arguments: [
      Search("(INC|CHG)-[0-9]+", "INC-42 unstick orders", true),
      Search("(INC|CHG)-[0-9]+", "see CHG-7", true), Search("(INC|CHG)-[0-9]+", "INC-", false),
      Search("^INC", "see INC", false), Search("", "", true), Search("(?i)inc", "INC", true),
      Search("ä.ö", "x äüö", true), Search("a.b", "a\u{0}b", true), Search("a", "", false),
      Search(#"\d{2,}"#, "x1y22", true),
    ])
  func found(_ search: Search) throws {
    #expect(try Pattern(search.pattern).isFound(in: search.text) == search.isFound)
  }

  @Test(
    "what takes a backtracking engine for ever is told at once",
    .timeLimit(.minutes(1)),
    arguments: [
      Search("^(a|aa)+$", String(repeating: "a", count: 2_047) + "!", false),
      Search("(a+)+$", String(repeating: "a", count: 2_047) + "!", false),
      Search("(a*)*b", String(repeating: "a", count: 2_048), false),
      Search(".*INC.*CHG.*", String(repeating: "INC", count: 682), false),
      Search("(x+x+)+y", String(repeating: "x", count: 2_048), false),
      Search("(.*)*,(.*)*,(.*)*;", String(repeating: ",", count: 2_048), false),
      Search("(a?){500}a{500}", String(repeating: "a", count: 500), true),
      Search("([^,]*,){900}P", String(repeating: "1,", count: 1_024), false),
    ])
  func linear(_ search: Search) throws {
    let pattern = try Pattern(search.pattern)
    for _ in 0..<100 { #expect(pattern.isFound(in: search.text) == search.isFound) }
  }

  @Test(
    "what is no regular expression, or too large, is an error that says why",
    arguments: [
      ("[abc", "missing ]"), ("(", "missing )"), ("a**", "bad repetition operator"),
      (#"\"#, "trailing"), ("(a)\\1", "invalid escape"), ("(?=a)", "invalid perl operator"),
      ("a{1001}", "invalid repetition size"), ("((a{100}){100}){100}", "invalid repetition size"),
      (#"[\p{L}\p{N}]{400}"#, "too large"),
    ])
  func refused(_ text: String, _ why: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(text) }
    #expect(error?.description.contains(why) == true, "\(error?.description ?? "")")
  }
}
