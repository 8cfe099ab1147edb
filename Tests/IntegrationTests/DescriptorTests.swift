import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("Open files that callers use up", .timeLimit(.minutes(10)))
struct DescriptorTests {
  @Test(
    "leave what ends access, tells of it and answers operators", arguments: [128, 256])
  func used(openFilesMax: Int) async throws {
    try await withLiveBroker { broker in
      for person in ["alice", "bob", "audrey", "dana"] { _ = try await broker.token(of: person) }
      try await broker.stop()
      let notices = "\(broker.folder)/notices"
      let program = "\(broker.folder)/notify"
      try Data("#!/bin/sh\ncat >> \(notices)\n".utf8).write(to: URL(filePath: program))
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
      try broker.configure("notify: [\(program)]\n")
      try await broker.start(openFiles: "\(openFilesMax)")
      let id = try await broker.approved(for: "6s")
      let session = try await broker.session(id)
      let until = try #require(Timestamp(try await broker.grant(id).expiresAt))

      let held = try LiveHeldConnections(to: broker.socket, count: 1_000)
      // The broker has to connect anew.
      try await broker.database.execute(
        """
        SELECT pg_catalog.pg_terminate_backend(pid)
          FROM pg_catalog.pg_stat_activity
         WHERE usename = '\(broker.database.admin)'
        """)
      try await eventually("the session ends", within: .seconds(30)) {
        try await broker.database.roles(of: id) == []
      }
      #expect(LiveClock.now - until < 5_000)
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      try await eventually("the notify program is told") {
        let said = FileManager.default.contents(atPath: notices) ?? Data()
        return String(decoding: said, as: UTF8.self).contains(#""grant.ended""#)
      }
      try await broker.jitAdmin("reconcile").succeeded()
      #expect(await broker.isRunning)
      // More were taken, or wait to be, than there are open files.
      #expect(held.count > openFilesMax / 8 * 3)
    }
  }

  @Test("the soft limit is raised to the hard one")
  func raised() async throws {
    try await withLiveBroker { broker in
      try await broker.stop()
      try await broker.start(openFiles: "64:600")
      let pid = try #require(await broker.pid)
      let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
      let line = try #require(
        limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
      #expect(line.split(separator: " ").dropFirst(3).prefix(2) == ["600", "600"], "\(line)")
    }
  }
}
