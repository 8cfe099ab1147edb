import Foundation
import Testing

@testable import PolicyFile

@Suite("What a person is told about a bad policy")
struct GoldenTests {
  /// To accept a change, read the difference, then write the new text into the file.
  @Test(
    "each golden policy gets exactly the diagnostics beside it",
    arguments: try Samples.goldenNames())
  func golden(name: String) throws {
    let document = try Samples.golden(name)
    let expected = try String(
      contentsOf: Samples.golden.appending(path: name.replacing(".yaml", with: ".expected")),
      encoding: .utf8)
    #expect(transcript(diagnostics(of: [document])) == expected)
  }

  @Test("the golden folder is not empty")
  func folder() throws {
    #expect(try Samples.goldenNames().count >= 15)
  }
}
