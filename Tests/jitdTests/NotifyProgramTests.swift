import AccessBroker
import AccessCore
import Foundation
import Logging
import Testing

@testable import jitd

@Suite("the notify program", .timeLimit(.minutes(2)))
struct NotifyProgramTests {
  @Test("each event is one line of JSON on standard input, one program after the other")
  func lines() async throws {
    try await withProgram("cat >> \"$1\"") { program async throws in
      program.send(.alarm("first\n“second” \u{1B}[2J"))
      program.send(.alarm("third"))
      #expect(
        try await program.json()
          == JSON.object([
            "event": .string("alarm"), "request": .null,
            "message": .string("first\n“second” \u{1B}[2J"),
          ]))
      #expect(try await program.json()["message"] == .string("third"))
    }
  }

  @Test("the program's arguments are those of the configuration")
  func arguments() async throws {
    try await withProgram(#"printf '["%s","%s"]\n' "$2" "$#" > "$1""#, "a b;*") {
      program async throws in
      program.send(.alarm("now"))
      #expect(try await program.json() == .array([.string("a b;*"), .string("2")]))
    }
  }

  @Test("the program gets no environment but what every program needs")
  func environment() async throws {
    let needed = ["PATH", "LANG", "TZ", "HOME"]
    // Else there would be nothing that could leak.
    try #require(!Set(ProcessInfo.processInfo.environment.keys).isSubset(of: needed))
    let script = #"(tr '\0' '|' < /proc/$$/environ; echo) > "$1""#
    try await withProgram(script) { program in
      program.send(.alarm("now"))
      let names = try await program.line().split(separator: "|").map { $0.prefix { $0 != "=" } }
      #expect(names.contains("PATH"))
      #expect(Set(names.map(String.init)).isSubset(of: needed))
    }
  }

  @Test("the program gets nothing that we have open")
  func descriptors() async throws {
    let directory = try TemporaryDirectory()
    let secret = try #require(
      FileHandle(forUpdatingAtPath: directory.file("ledger.sqlite", "secret")))
    try await withProgram(#"(ls -l /proc/$$/fd | tr '\n' '|'; echo) > "$1""#) { program in
      program.send(.alarm("now"))
      let open = try await program.line()
      #expect(open.contains(" 0 -> "))
      #expect(!open.contains("ledger.sqlite"))
    }
    try secret.close()
    try FileManager.default.removeItem(atPath: directory.path)
  }

  @Test("a program that fails is in the log, and the next event is delivered")
  func failing() async throws {
    try await withProgram(#"read line; echo "$line" > "$1"; exit 3"#) { program async throws in
      program.send(.alarm("first"))
      #expect(try await program.json()["message"] == .string("first"))
      #expect(await program.log() == "the notify program ended with 3")
      program.send(.alarm("second"))
      #expect(try await program.json()["message"] == .string("second"))
    }
  }

  @Test("a program that is not there is in the log, and so is each next event")
  func missing() async throws {
    try await withProgram("exit 0", path: "/nowhere/jit-notify") { program in
      for _ in 0..<2 {
        program.send(.alarm("now"))
        #expect(await program.log()?.hasPrefix("the notify program ") == true)
      }
    }
  }

  @Test("a program that does not read is no trouble")
  func notReading() async throws {
    try await withProgram(#"exec < /dev/null; echo '"done"' > "$1""#) { program async throws in
      for _ in 0..<3 {
        program.send(.alarm(String(repeating: "x", count: 1_000)))
        #expect(try await program.json() == .string("done"))
      }
    }
  }

  @Test(
    "a program that hangs is ended, with what it started, and the next event is delivered",
    arguments: [("reads", 10), ("does not read", 200_000)])
  func hanging(_ name: String, _ length: Int) async throws {
    // More than a pipe holds, when nobody reads it.
    let event = String(repeating: "x", count: length)
    try await withProgram(#"[ -e "$1.2" ] && echo '"next"' > "$1" && exit; > "$1.2"; sleep 90"#) {
      program async throws in
      let began = ContinuousClock.now
      program.send(.alarm(event))
      program.send(.alarm("next"))
      #expect(try await program.line() == #""next""#)
      let waited = ContinuousClock.now - began
      #expect(waited > .seconds(Limits.notifySecondsMax - 1), "\(name)")
      #expect(waited < .seconds(Limits.notifySecondsMax + 20), "\(name)")
      #expect(
        await program.log()
          == "the notify program took over \(Limits.notifySecondsMax) s and was ended")
    }
  }

  @Test("without a program nothing is kept")
  func none() async throws {
    let program = NotifyProgram([], broker: { nil }, logger: Logger(label: "test"))
    for _ in 0...Limits.notificationsWaitingMax { program.send(.alarm("now")) }
  }

  @Test("when the program does not keep up, events are dropped, and the log says so")
  func overflow() async throws {
    try await withProgram(#"cat > "$1""#, isRunning: false) { program in
      for _ in 0..<Limits.notificationsWaitingMax { program.send(.alarm("kept")) }
      program.send(.alarm("dropped"))
      let message = "a notification is dropped: the notify program does not keep up"
      #expect(await program.log() == message)
    }
  }
}
