import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("A log that nobody reads", .timeLimit(.minutes(10)))
struct DeafLogTests {
  @Test("holds up nobody: access is given, taken away, expires, and the notify program is called")
  func deaf() async throws {
    try await withLiveBroker { broker in
      try await broker.stop()
      let notices = "\(broker.folder)/notices"
      let program = "\(broker.folder)/notify"
      // It prints more than a pipe holds before it does its work.
      try Data(
        """
        #!/bin/sh
        head -c 300000 /dev/zero | tr '\\0' x >&2
        cat >> \(notices)

        """.utf8
      ).write(to: URL(filePath: program))
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
      try broker.configure("notify: [\(program)]\n")
      let pipe = try LiveFullPipe("\(broker.folder)/full")
      try await broker.start(output: pipe.path)

      let expiring = try await broker.approved(for: "8s")
      let session = try await broker.session(expiring)
      for _ in 0..<6 {
        let id = try await broker.approved()
        try await broker.session(id).close()
        try await broker.jit(as: "dana", "revoke", id, "--reason", "INC-1").succeeded()
        try await broker.expectEnded(id, cause: .revoked, within: .seconds(10))
      }
      // Each of these writes to the log.
      await broker.hangUpOften()
      let receipt = try await broker.expectEnded(expiring, cause: .expired, within: .seconds(30))
      #expect(receipt.overrunMs < 5_000)
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      try await eventually("the notify program did its work") {
        let said = FileManager.default.contents(atPath: notices) ?? Data()
        return String(decoding: said, as: UTF8.self).contains(#""grant.ended""#)
      }
      let metrics = try await broker.send("GET", "/metrics", as: "dana")
      #expect(
        String(decoding: metrics.body, as: UTF8.self).contains("jit_log_lines_dropped_total 0"))

      var log = ""
      try await eventually("what waited is written once somebody reads") {
        log += pipe.read()
        return log.contains(" listening\n") && log.contains("the notify program says: xxxx")
      }
    }
  }

  @Test(
    "does not keep the daemon from ending, nor one that cannot start from saying so by its code")
  func ending() async throws {
    try await withLiveBroker { broker in
      try await broker.stop()
      let pipe = try LiveFullPipe("\(broker.folder)/full")
      try await broker.start(output: pipe.path)
      let id = try await broker.approved()
      try await broker.credentials(id)
      // Exits with 0.
      try await broker.stop()
      let settings = try String(contentsOfFile: broker.configuration, encoding: .utf8)
      try broker.configure("nonsense: 1\n")
      let refused = try await broker.spawn(output: pipe.path)
      #expect(try await refused.ended(within: .seconds(20)) == .exited(78))
      try Data(settings.utf8).write(to: URL(filePath: broker.configuration))
      try await broker.start()
    }
  }

  @Test("does not keep the dead man's switch from what it is for")
  func reap() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "2s")
      let session = try await broker.session(id)
      let expires = try #require(Timestamp(try await broker.grant(id).expiresAt))
      try await broker.kill()
      try await eventually("its time is up") { LiveClock.now > expires }
      // An error of the policy is told before anything is done.
      try Data("groups: 1\n".utf8).write(
        to: URL(filePath: "\(broker.folder)/policies/broken.yaml"))
      let pipe = try LiveFullPipe("\(broker.folder)/full")
      let reap = try await broker.spawn(["reap"], output: pipe.path)
      #expect(try await reap.ended(within: .seconds(40)) == .exited(65))
      #expect(try await broker.database.sessions() == 0)
      await session.close()
      try FileManager.default.removeItem(atPath: "\(broker.folder)/policies/broken.yaml")
      try await broker.start()
      try await broker.expectEnded(id, cause: .expired, within: .seconds(30))
    }
  }
}

extension LiveBroker {
  fileprivate func hangUpOften() { for _ in 0..<20 { hangUp() } }
}
