import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import Testing

@Suite("The CLI as a witness", .timeLimit(.minutes(10)))
struct WitnessTests {
  @Test("whoever used it before is warned when an old copy of the state is put back")
  func rollback() async throws {
    try await withLiveBroker { broker in
      let copy = "\(broker.folder)/copy"
      try await broker.stop()
      try FileManager.default.copyItem(atPath: broker.state, toPath: copy)
      try await broker.start()
      #expect(try await broker.ask().state == "pending")

      try await broker.stop()
      try FileManager.default.removeItem(atPath: broker.state)
      try FileManager.default.copyItem(atPath: copy, toPath: broker.state)
      // Else the broker finds out by itself, and its entry about that makes the ledger as long again.
      try FileManager.default.removeItem(atPath: broker.published)
      try await broker.start()
      let warned = try await broker.jitAdmin("token", "list")
      #expect(warned.status == 0)
      #expect(warned.stderr.hasPrefix("warning: the ledger \(broker.origin) was rolled back"))
      #expect(warned.stderr.contains("jit witness reset"))

      try await broker.jitAdmin("token", "list").expectWarning(true)
      try await broker.jitWitness("reset").succeeded()
      try await broker.jitAdmin("token", "list").expectWarning(false)
      try await broker.jitAdmin("token", "list").expectWarning(false)
    }
  }

  @Test("each call takes in what it wrote itself, refused or not, and none warns of the others")
  func growing() async throws {
    try await withLiveBroker { broker in
      _ = try await broker.token(of: "audrey")
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for _ in 0..<12 { tasks.addTask { _ = try await broker.ask() } }
        try await tasks.waitForAll()
      }
      let refused = try await broker.jit(as: "alice", "audit", "export")
      #expect(refused.status == 77 && !refused.stderr.contains("warning"))
      let shown = try await broker.jitWitness("show").succeeded()
      let entries = try await broker.entries()
      // The export of the entries is the one entry that came after.
      #expect(shown.text.contains(" \(entries.count - 1) "))
    }
  }

  @Test("a home that cannot be written stops nobody")
  func noHome() async throws {
    try await withLiveBroker { broker in
      let run = try await broker.jit(
        as: "alice", "whoami", environment: ["XDG_STATE_HOME": "/proc/none"])
      #expect(run.status == 0 && run.stderr.isEmpty)
    }
  }

  @Test("the live ledger verifies, an entry is proven by itself, and the newest are listed")
  func live() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      let verified = try await broker.jit(as: "audrey", "audit", "verify", "--live").succeeded()
      #expect(verified.text.contains("ok: "))
      let entries = try await broker.entries()
      let submitted = try #require(entries.first { $0.kind == .requestSubmitted })
      let shown = try await broker.jit(as: "audrey", "audit", "show", "\(submitted.seq)")
        .succeeded()
      #expect(shown.text.contains("\"\(id)\"") && shown.text.contains("proven: entry"))
      try await broker.jit(as: "audrey", "audit", "show", "100000").expectRefused(66)
      try await broker.jit(as: "alice", "audit", "show", "0").expectRefused(77)
      let tail = try await broker.jit(as: "audrey", "audit", "tail", "-n", "3").succeeded()
      #expect(tail.text.split(separator: "\n").count == 4)
      try await broker.jit(as: "alice", "audit", "tail").expectRefused(77)
    }
  }

  @Test("tail -f goes on with what happens, and ends with the broker")
  func follow() async throws {
    try await withLiveBroker { broker in
      let tail = try await broker.startJit(
        as: "audrey", ["audit", "tail", "-f", "--kind", "request.submitted"])
      let id = try await broker.ask().id
      try await eventually("tail shows the request", within: .seconds(20)) {
        try tail.printed().contains(id)
      }
      try await broker.stop()
      #expect(try await tail.finished().text.split(separator: "\n").count == 1)
    }
  }
}

extension LiveRun {
  fileprivate func expectWarning(
    _ isExpected: Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(status == 0, sourceLocation: sourceLocation)
    #expect(
      stderr.contains("warning:") == isExpected, Comment(rawValue: stderr),
      sourceLocation: sourceLocation)
  }
}
