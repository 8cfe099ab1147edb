import AccessAPI
import Foundation
import Testing

@Suite("problems")
struct ProblemTests {
  private func decode(_ json: String) throws -> Problem {
    try JSONDecoder().decode(Problem.self, from: Data(json.utf8))
  }

  @Test("a problem comes back as it was sent", arguments: ErrorCode.allCases)
  func roundTrip(_ code: ErrorCode) throws {
    for hint in [nil, "ask “dana”\n"] {
      let problem = Problem(code, "what\u{1B} happened", hint: hint)
      let read = try JSONDecoder().decode(Problem.self, from: JSONEncoder().encode(problem))
      #expect(read == problem)
      #expect(read.code == code)
      #expect(read.status == code.httpStatus)
    }
  }

  @Test("a code of a newer broker is not known, and the rest can be shown")
  func newer() throws {
    let problem = try decode(#"{"type":"urn:jit:error:new","title":"no","status":403,"more":1}"#)
    #expect(problem.code == nil)
    #expect((problem.title, problem.status, problem.hint) == ("no", 403, nil))
  }

  @Test(
    "a problem of somebody else's is no code of ours",
    arguments: ["about:blank", "urn:jit:error:", "urn:other:error:usage", "usage"])
  func foreign(_ type: String) throws {
    #expect(try decode(#"{"type":"\#(type)","title":"no","status":400}"#).code == nil)
  }

  @Test("the report of the command line always has a hint")
  func report() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let report = ErrorReport(code: "usage", message: "no", hint: nil)
    #expect(
      String(decoding: try encoder.encode(report), as: UTF8.self)
        == #"{"error":{"code":"usage","hint":null,"message":"no"}}"#)
  }
}
