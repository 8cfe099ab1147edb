import AccessAPI
import Testing

@testable import jit

@Suite("exit codes")
struct ExitCodeTests {
  @Test(
    "every error that a broker names has the exit code of the table", arguments: ErrorCode.allCases)
  func known(code: ErrorCode) {
    let failure = Failure(Problem(code, "what", hint: "do"))
    #expect(failure.exitCode == code.exitCode)
    #expect(failure.code == code.rawValue)
    #expect((failure.message, failure.hint) == ("what", "do"))
  }

  @Test(
    "a newer broker's error keeps its name, and its HTTP status decides",
    arguments: [(404, 66), (403, 77), (409, 73), (400, 64), (418, 70)] as [(Int, Int32)])
  func unknown(status: Int, exitCode: Int32) throws {
    let body = #"{"type":"urn:jit:error:new-thing","title":"what","status":\#(status),"hint":null}"#
    let failure = problem(status: status, Array(body.utf8))
    #expect(failure.code == "new-thing")
    #expect(failure.exitCode == exitCode)
  }

  @Test("what is no broker's answer is an unreachable broker")
  func stranger() { #expect(problem(status: 404, Array("<html>".utf8)).exitCode == 69) }

  @Test(
    "the wait for a decision ends with the code that the decision has",
    arguments: [
      ("approved", nil), ("denied", 77), ("lapsed", 75), ("cancelled", 73), ("pending", 75),
    ] as [(String, Int32?)])
  func decisions(state: String, exitCode: Int32?) {
    let request = RequestView.sample(state: state, reviews: [.approval, .denial])
    #expect(request.asDecision(nil)?.exitCode == exitCode)
  }

  @Test("a denial says who and why, escaped")
  func denial() {
    let request = RequestView.sample(state: "denied", reviews: [.denial])
    #expect(request.asDecision(nil)?.message == "dana denied 7F3K2QXW: not\\u{1b}[2J today")
  }
}
