import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("A backup", .timeLimit(.minutes(5)))
struct BackupTests {
  @Test("is made while the broker runs, and brings nothing back to life when it is restored")
  func restored() async throws {
    try await withLiveBroker { broker in
      let ended = try await broker.approved()
      try await broker.credentials(ended)
      let live = try await broker.approved()
      try await broker.credentials(live)
      let file = broker.state + ".backup"
      try await broker.jitAdmin("backup", file).succeeded()
      let again = try await broker.jitAdmin("backup", file)
      #expect(again.status == 73, "\(again)")
      try await broker.jit(as: "alice", "release", ended).succeeded()
      let forgotten = try await broker.approved()
      try await broker.credentials(forgotten)
      try await broker.kill()
      try FileManager.default.moveItem(atPath: broker.state, toPath: broker.state + ".lost")

      let restore = ["restore", file, "--config", broker.configuration]
      let done = try await broker.jitAdmin(restore).succeeded()
      #expect(done.text.contains("entries of \(broker.origin)#1"), "\(done)")
      let twice = try await broker.jitAdmin(restore)
      #expect(twice.status == 73, "\(twice)")

      try await broker.start()
      try await eventually("what the backup does not know is ended") {
        try await broker.database.roles(of: forgotten) == []
      }
      // The backup calls it active, but its role is gone.
      try await broker.expectEnded(ended, cause: .orphaned, within: .seconds(20))
      let refused = try await broker.jit(as: "alice", "credentials", live)
      #expect(refused.status == 77 && refused.stderr.contains("--accept-rollback"), "\(refused)")

      try await broker.stop()
      try await broker.start(arguments: ["--accept-rollback", "CHG-8 the disk was lost"])
      try await broker.session(live).close()
      try await broker.jit(as: "alice", "release", live).succeeded()
    }
  }

  @Test("that was changed is not restored, and the entry is named")
  func altered() async throws {
    try await withLiveBroker { broker in
      let file = broker.state + ".backup"
      try await broker.jitAdmin("backup", file).succeeded()
      try await broker.stop()
      try FileManager.default.moveItem(atPath: broker.state, toPath: broker.state + ".lost")
      var bytes = try Data(contentsOf: URL(filePath: file))
      let kind = try #require(bytes.range(of: Data(#""kind":"log.opened""#.utf8)))
      bytes.replaceSubrange(kind, with: Data(#""kind":"log.Opened""#.utf8))
      try bytes.write(to: URL(filePath: file))
      let refused = try await broker.jitAdmin(["restore", file, "--config", broker.configuration])
      #expect(refused.status == 65 && refused.stderr.contains("entry 0"), "\(refused)")
      #expect(!FileManager.default.fileExists(atPath: broker.state + "/ledger.sqlite"))
    }
  }
}
