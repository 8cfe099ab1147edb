import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("The daemon", .timeLimit(.minutes(10)))
struct DaemonTests {
  @Test("a second one on the same state refuses to start, and the first goes on")
  func second() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      let second = try await broker.startSecond().finished()
      second.expectRefused(73, saying: "is in use by another jitd")
      try await broker.session(id).close()
      #expect(try await broker.entries().count { $0.kind == .logOpened } == 1)
    }
  }

  @Test("SIGTERM ends it with 0, and what it has answered stays")
  func drains() async throws {
    try await withLiveBroker { broker in
      _ = try await broker.token(of: "alice")
      let asked = try await withThrowingTaskGroup(of: LiveRun.self) { group in
        for number in 1...6 {
          group.addTask {
            try await broker.jit(
              as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "5m",
              "--reason", "INC-\(number)", "-o", "json")
          }
        }
        let first = try #require(try await group.next())
        try await broker.stop()
        return try await group.reduce(into: [first]) { $0.append($1) }
      }
      #expect(asked.allSatisfy { $0.status == 0 || $0.status == 69 }, "\(asked)")
      let acknowledged = try asked.filter { $0.status == 0 }.map {
        try $0.json(RequestView.self).id
      }

      try await broker.start()
      let mine: [RequestView] = try await broker.jit(
        as: "alice", "requests", "--mine", "-o", "json"
      ).json()
      #expect(!acknowledged.isEmpty)
      #expect(Set(acknowledged).isSubset(of: mine.map(\.id)))
    }
  }

  @Test("a grant that is live over a restart stays, and ends on time")
  func restart() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "6s")
      let session = try await broker.session(id)
      try await broker.restart()
      #expect(try await session.query("SELECT 1").count == 1)
      let receipt = try await broker.expectEnded(id, cause: .expired, within: .seconds(30))
      #expect((0...5_000).contains(receipt.overrunMs))
      #expect(receipt.sessionsEnded == 1)
      await session.close()
    }
  }

  @Test("a grant whose time is up while no broker runs ends when one starts")
  func expiresWithoutBroker() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "2s")
      let session = try await broker.session(id)
      let expires = try #require(Timestamp(try await broker.grant(id).expiresAt))
      try await broker.kill()
      try await eventually("its time is up") { LiveClock.now > expires }
      #expect(try await broker.database.sessions() == 1)
      try await broker.start()
      let receipt = try await broker.expectEnded(id, cause: .expired, within: .seconds(20))
      #expect(receipt.overrunMs > 0)
      #expect(try await broker.database.sessions() == 0)
      await session.close()
    }
  }
}
