import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("An old copy of the state, put back", .timeLimit(.minutes(10)))
struct RollbackTests {
  enum Sign: CaseIterable { case published, roles }

  @Test("nothing is given until somebody answers for it", arguments: Sign.allCases)
  func oldCopy(_ sign: Sign) async throws {
    try await withLiveBroker { broker in
      let known = try await broker.approved()
      try await broker.credentials(known)
      try await broker.stop()
      try broker.copyState(to: "copy")
      try await broker.start()
      let forgotten = try await broker.approved()
      let session = try await broker.session(forgotten)
      try await broker.kill()
      try broker.replaceState(by: "copy")
      // Without it only the roles tell.
      if sign == .roles { try FileManager.default.removeItem(atPath: broker.published) }

      try await broker.start()
      try await eventually("what the old ledger does not know is ended") {
        try await broker.database.roles(of: forgotten) == []
      }
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      let refused = try await broker.jit(as: "alice", "credentials", known)
      #expect(refused.status == 77, "\(refused)")
      #expect(refused.stderr.contains("the ledger is an old copy"), "\(refused)")
      #expect(refused.stderr.hasPrefix("warning: the ledger \(broker.origin) was "), "\(refused)")
      let doctor = try await broker.jit(as: "dana", "doctor")
      #expect(doctor.status == 70, "\(doctor)")
      #expect(doctor.text.contains("revoke-only"), "\(doctor)")
      try await broker.jit(as: "dana", "revoke", known, "--reason", "INC-9").succeeded()
      try await broker.expectEnded(known, cause: .revoked, within: .seconds(20))

      try await broker.restart()
      let still = try await broker.jit(
        as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "5m",
        "--reason", "INC-10")
      #expect(still.status == 77 && still.stderr.contains("--accept-rollback"), "\(still)")

      try await broker.stop()
      try await broker.start(arguments: ["--accept-rollback", "CHG-7 restored on purpose"])
      let opened = try await broker.entries().filter { $0.kind == .logOpened }
      #expect(
        opened.map { $0.data["origin"]?.text } == ["\(broker.origin)#1", "\(broker.origin)#2"])
      #expect(opened.last?.data["accepted"]?["seen"] != .array([]))
      try await expectBundle(of: broker, toTell: "CHG-7 restored on purpose")
      try await broker.restart()
      let next = try await broker.approved()
      try await broker.session(next).close()
      try await broker.jit(as: "alice", "release", next).succeeded()
      #expect(try await broker.entries().count { $0.kind == .logOpened } == 2)
      try await eventually("the checkpoint of the next epoch is published") {
        try String(contentsOfFile: broker.published, encoding: .utf8)
          .hasPrefix("\(broker.origin)#2\n")
      }
    }
  }

  @Test(
    "a state without its ledger gives nothing until somebody answers, and what was given ends",
    arguments: [["ledger.sqlite"], ["ledger.sqlite", "signing.key"]])
  func emptied(names: [String]) async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      let session = try await broker.session(id)
      _ = try await broker.token(of: "dana")
      try await broker.kill()
      for name in try FileManager.default.contentsOfDirectory(atPath: broker.state)
      where names.contains(where: { name.hasPrefix($0) }) {
        try FileManager.default.removeItem(atPath: "\(broker.state)/\(name)")
      }
      try await broker.start()
      try await eventually("what nobody knows of any more is ended") {
        try await broker.database.roles(of: id) == []
      }
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      // Tokens are gone with the ledger.
      await broker.forgetTokens()
      let refused = try await broker.jit(
        as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "5m",
        "--reason", "INC-10")
      #expect(refused.status == 77 && refused.stderr.contains("--accept-rollback"), "\(refused)")
      // The command line remembers what it saw.
      #expect(refused.stderr.hasPrefix("warning: the "), "\(refused)")
      let ready = try await broker.send("GET", "/readyz", as: "alice")
      #expect(ready.status == 503)
      #expect(String(decoding: ready.body, as: UTF8.self).hasPrefix("revoke-only: "))

      try await broker.stop()
      try await broker.start(arguments: ["--accept-rollback", "CHG-8 the disk is new"])
      let next = try await broker.approved()
      try await broker.session(next).close()
      let opened = try await broker.entries().filter { $0.kind == .logOpened }
      #expect(
        opened.map { $0.data["origin"]?.text } == ["\(broker.origin)#1", "\(broker.origin)#2"])
    }
  }

  @Test("a state that is taken from under a running broker gives nothing, and what was given ends")
  func taken() async throws {
    try await withLiveBroker { broker in
      let waiting = try await broker.approved()
      let id = try await broker.approved(for: "8s")
      let session = try await broker.session(id)
      for name in try FileManager.default.contentsOfDirectory(atPath: broker.state) {
        try FileManager.default.removeItem(atPath: "\(broker.state)/\(name)")
      }
      try await eventually("it says so") {
        let ready = try await broker.send("GET", "/readyz", as: "alice")
        return ready.status == 503
          && String(decoding: ready.body, as: UTF8.self).contains("removed or replaced")
      }
      let refused = try await broker.jit(as: "alice", "credentials", waiting)
      #expect(refused.status != 0 && refused.stderr.contains("cannot be written"), "\(refused)")
      #expect(try await broker.database.roles(of: waiting) == [])
      try await eventually("what was given has ended", within: .seconds(20)) {
        try await broker.database.roles(of: id) == []
      }
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
    }
  }

  @Test("a healthy broker says so, to people and to Prometheus")
  func healthy() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      try await broker.credentials(id)
      try await eventually("history is verified") {
        try await broker.jit(as: "dana", "doctor").text.contains("entries verified")
      }
      let doctor = try await broker.jit(as: "dana", "doctor").succeeded()
      #expect(doctor.text.contains("1 live, 0 stuck"))
      let metrics = try await broker.send("GET", "/metrics", as: "dana")
      let lines = String(decoding: metrics.body, as: UTF8.self).split(separator: "\n")
      for line in ["jit_issuing 1", "jit_grants_live 1", "jit_ledger_unwritable 0"] {
        #expect(lines.contains { $0 == line })
      }
      try await broker.stop()
      try await broker.jit(as: "dana", "doctor").expectRefused(69)
      try await broker.start()
    }
  }
}

extension LiveBroker {
  fileprivate nonisolated func copyState(to name: String) throws {
    try FileManager.default.copyItem(atPath: state, toPath: "\(folder)/\(name)")
  }

  fileprivate nonisolated func replaceState(by name: String) throws {
    try FileManager.default.removeItem(atPath: state)
    try FileManager.default.moveItem(atPath: "\(folder)/\(name)", toPath: state)
  }
}

/// Both verifiers prove the bundle that tells an auditor what somebody wrote.
private func expectBundle(of broker: LiveBroker, toTell text: String) async throws {
  let bundle = LiveBundle("\(broker.folder)/bundle")
  try await broker.jit(as: "audrey", "audit", "export", "--bundle", bundle.folder).succeeded()
  #expect(try bundle.lines("openings.jsonl").contains { $0.contains(text) })
  try await broker.jit(as: "audrey", "audit", "verify", bundle.folder).succeeded()
  try await bundle.verifyByItself().succeeded()
}
