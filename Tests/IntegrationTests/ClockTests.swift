import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("The system clock, set while a grant is live", .timeLimit(.minutes(10)))
struct ClockTests {
  @Test("back an hour: the grant ends no later for it, and nothing new is given")
  func back() async throws {
    try await withSettableClock { broker, clock in
      let waiting = try await broker.approved()
      let pending = try await broker.ask().id
      let id = try await broker.approved(for: "5s")
      _ = try await broker.token(of: "audrey")
      let began = ContinuousClock.now
      let session = try await broker.session(id)
      try clock.set(hoursOff: -1)

      try await eventually("it is an entry that the clock was set back") {
        try await broker.entries().contains { $0.kind == .clockAnomaly }
      }
      try await broker.jit(as: "alice", "credentials", waiting)
        .expectRefused(77, saying: "the clock says")
      try await broker.jit(as: "carol", "approve", pending)
        .expectRefused(77, saying: "the clock says")

      try await broker.expectEnded(id, cause: .expired, within: .seconds(30))
      #expect(ContinuousClock.now - began < .seconds(10))
      #expect(try await broker.database.sessions() == 0)
      await session.close()
      // Entries never go back in time, whatever the clock does.
      let times = try await broker.entries().map(\.at)
      #expect(times == times.sorted())

      try clock.set(hoursOff: 0)
      try await eventually("access is given again") {
        try await broker.jit(as: "alice", "credentials", waiting).status == 0
      }
    }
  }

  @Test("forward an hour: the grant ends at once")
  func forward() async throws {
    try await withSettableClock { broker, clock in
      let id = try await broker.approved(for: "30m")
      let session = try await broker.session(id)
      try clock.set(hoursOff: 1)
      try await broker.expectEnded(id, cause: .expired, within: .seconds(10))
      #expect(try await broker.database.sessions() == 0)
      await session.close()
    }
  }

  private func withSettableClock(
    _ body: @Sendable (LiveBroker, LiveClock) async throws -> Void
  ) async throws {
    try await withLiveBroker { broker in
      let clock = try await LiveClock(in: broker.folder)
      try await broker.restart(environment: clock.environment)
      try await body(broker, clock)
    }
  }
}
