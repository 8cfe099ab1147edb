import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("A database that is down", .timeLimit(.minutes(10)))
struct OutageTests {
  @Test("a grant that expires meanwhile is stuck, first in every list, and revoked after it")
  func expiresWhileDown() async throws {
    try await withPostgres(fsync: false) { postgres in
      try await withLiveBroker(on: postgres) { broker in
        let id = try await broker.approved(for: "4s")
        let session = try await broker.session(id)
        let other = try await broker.approved(for: "1h")
        try await broker.credentials(other)
        #expect(try await broker.grant(id).state == "active")
        try await postgres.stop(mode: .immediate)
        await session.close()

        try await broker.waitUntil(id, is: "stuck", within: .seconds(30))
        let stuck = try await broker.grant(id)
        #expect(stuck.stuckBecause == "unreachable")
        #expect(stuck.fenced == false)
        let text = try await broker.jit(as: "audrey", "grants").succeeded().text
        let places = [id, other].compactMap { text.firstRange(of: $0)?.lowerBound }
        #expect(places.count == 2 && places == places.sorted(), "\(text)")
        let listed: [RequestView] = try await broker.jit(as: "audrey", "grants", "-o", "json")
          .json()
        #expect(listed.map(\.id) == [id, other])
        try await broker.jit(as: "alice", "credentials", other).expectRefused(69)

        try await postgres.startAgain()
        // Between two attempts are at most 30 s.
        let receipt = try await broker.expectEnded(id, cause: .expired, within: .seconds(60))
        #expect(receipt.overrunMs > 0)
        #expect(try await broker.count(.grantEnded, of: id) == 1)
        #expect(try await broker.grant(other).state == "active")
        try await broker.session(other).close()
      }
    }
  }
}
