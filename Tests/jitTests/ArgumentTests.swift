import AccessAPI
import AccessCore
import ArgumentParser
import Testing

@testable import jit

@Suite("arguments")
struct ArgumentTests {
  private func failure(_ line: String) throws -> Failure {
    let arguments = line.split(separator: " ").map(String.init)
    do {
      _ = try Jit.parseAsRoot(arguments)
    } catch {
      return argumentFailure(error, arguments)
    }
    throw Failure(.internal, "“\(line)” parses")
  }

  @Test(
    "what cannot be parsed is a usage error that names the help",
    arguments: [
      ("request", "missing expected argument '--db <db>'", "see `jit request --help`"),
      ("show", "missing expected argument '<id>'", "see `jit show --help`"),
      ("requests --bogus", "unknown option '--bogus'", "see `jit requests --help`"),
      ("show 7F3K2QXW extra", "unexpected argument 'extra'", "see `jit show --help`"),
      ("deny 7F3K2QXW", "missing expected argument '--comment <text>'", "see `jit deny --help`"),
      ("reqests", "there is no command “reqests” of `jit`", "did you mean requests or request?"),
      ("policy chek", "there is no command “chek” of `jit policy`", "did you mean check?"),
      (
        "admin token x", "there is no command “x” of `jit admin token`",
        "see `jit admin token --help`"
      ),
    ])
  func usage(line: String, message: String, hint: String) throws {
    let failure = try failure(line)
    #expect(failure.exitCode == 64)
    #expect(failure.code == "usage")
    #expect(failure.message == message)
    #expect(failure.hint == hint)
  }

  @Test(
    "an error is JSON when JSON is asked for, however it is spelled",
    arguments: [
      (["show", "-o", "json"], true), (["show", "--output", "json"], true),
      (["--output=json"], true), (["show", "-o=json"], true), (["show", "-o", "text"], false),
      (["show", "json"], false), (["connect", "X", "--", "-o", "json"], false),
    ])
  func json(arguments: [String], expected: Bool) {
    #expect(wantsJSON(arguments) == expected)
  }

  @Test("an error is one object with code, message and hint")
  func errorForms() {
    let failure = Failure(.unknownRequest, "there is none", hint: "look")
    #expect(failure.text(paint: .plain) == "error: there is none\nhint: look\n")
    #expect(
      failure.json
        == #"{"error":{"code":"unknown-request","hint":"look","message":"there is none"}}"# + "\n")
    #expect(
      Failure(.usage, "no").json == #"{"error":{"code":"usage","hint":null,"message":"no"}}"# + "\n"
    )
  }

  @Test("a value may begin with a dash and is judged, not taken for an option")
  func dashes() throws {
    let line = ["request", "--db", "d", "--role", "r", "--for", "-5m", "--reason", "-- drop"]
    let command = try #require(try Jit.parseAsRoot(line) as? RequestCommand)
    #expect(command.length == "-5m")
    #expect(command.reason == "-- drop")
    let joined = try Jit.parseAsRoot(["approve", "7F3K2QXW", "--for=-1"]) as? ApproveCommand
    #expect(joined?.length == "-1")
  }

  @Test(
    "only durations are durations", arguments: ["-5m", "-1", "", "5", "m", "1.5h", "30m ", "0s"])
  func durations(text: String) throws {
    let failure = #expect(throws: Failure.self) { try duration(text, "--for") }
    #expect(failure?.exitCode == 64)
    #expect(failure?.message == "--for: “\(text)” is not a duration")
  }

  @Test("a duration stays as it was typed")
  func typed() throws { #expect(try duration("1h30m", "--for").text == "1h30m") }

  @Test(
    "an id is read in any case and printed in one",
    arguments: [("7f3k2qxw", "7F3K2QXW"), ("7F3K2QXW", "7F3K2QXW"), ("oil00000", "01100000")])
  func ids(typed: String, id: String) throws { #expect(try requestID(typed) == id) }

  @Test(
    "what is no id is no request, or no word at all",
    arguments: [
      ("NOPE", 66), ("7F3K2QXWW", 66), ("UUUUUUUU", 66), ("", 64), ("../x", 64), ("é1234567", 64),
    ] as [(String, Int32)])
  func notIDs(text: String, exitCode: Int32) throws {
    let failure = #expect(throws: Failure.self) { try requestID(text) }
    #expect(failure?.exitCode == exitCode)
  }

  @Test(
    "times are RFC 3339, or a date",
    arguments: [
      ("2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00.000Z"),
      ("2026-03-01", "2026-03-01T00:00:00.000Z"),
    ])
  func times(text: String, instant: String) throws {
    #expect(try jit.instant(text, "--since").description == instant)
  }

  @Test(
    "anything else is not", arguments: ["yesterday", "2026-02-30", "5m", "", "2026-03-01T09:30"])
  func notTimes(text: String) throws {
    let failure = #expect(throws: Failure.self) { try instant(text, "--since") }
    #expect(failure?.exitCode == 64)
  }

  @Test("psql gets what follows the two dashes")
  func psqlArguments() throws {
    let line = ["connect", "7F3K2QXW", "-o", "json", "--", "-c", "select 1", "--csv"]
    let command = try #require(try Jit.parseAsRoot(line) as? ConnectCommand)
    #expect(command.psqlArguments == ["-c", "select 1", "--csv"])
  }
}
