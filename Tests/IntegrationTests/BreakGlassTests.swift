import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("Break-glass", .timeLimit(.minutes(10)))
struct BreakGlassTests {
  @Test("alice breaks the glass, is in at once, and dana looks at it afterwards")
  func emergency() async throws {
    try await withLiveBroker { broker in
      try broker.write(
        policy: broker.policy + """
          break_glass:
            orders-emergency:
              requesters: [alice]
              databases: [orders_PROD]
              roles: [write]
              max_duration: 15m
              reviewed_by: dba
          """)
      try await broker.jit(as: "dana", "policy", "reload").succeeded()

      try await breakGlass(broker, as: "bob", output: "text").expectRefused(
        77, saying: "break the glass")
      let asked: RequestView = try await breakGlass(broker, as: "alice").json()
      #expect(asked.state == "approved" && asked.breakGlass && asked.reviews.isEmpty)
      let session = try await broker.session(asked.id)
      await session.close()

      let waiting = try await broker.jit(as: "dana", "requests", "--to-review").succeeded()
      #expect(waiting.text.contains("break-glass") && waiting.text.contains("1 of dba"))
      try await broker.jit(as: "alice", "release", asked.id).succeeded()
      try await broker.expectEnded(asked.id, cause: .released, within: .seconds(10))
      #expect(try await broker.show(asked.id).reviewDue != nil)

      try await review(broker, asked.id, as: "alice").expectRefused(77, saying: "own request")
      try await review(broker, asked.id, as: "dana").succeeded()
      let after = try await broker.show(asked.id)
      #expect(after.reviewDue == nil)
      #expect(after.reviews.map(\.verdict) == ["justified"])

      let folder = "\(broker.folder)/bundle"
      try await broker.jit(as: "audrey", "audit", "export", "--bundle", folder).succeeded()
      let grants = try String(contentsOfFile: "\(folder)/grants.csv", encoding: .utf8)
      let row = try #require(grants.split(separator: "\r\n").last)
      #expect(row.hasPrefix("\"\(asked.id)\","))
      #expect(row.hasSuffix(",\"no\",\"dana\",\"justified\""))
      try await broker.jit(as: "audrey", "audit", "verify", folder).succeeded()
    }
  }

  private func breakGlass(
    _ broker: LiveBroker, as person: String, output: String = "json"
  ) async throws -> LiveRun {
    try await broker.jit(
      as: person, "request", "--db", "orders_PROD", "--role", "write", "--for", "10m", "--reason",
      "INC-42 orders are stuck", "--break-glass", "-o", output)
  }

  private func review(
    _ broker: LiveBroker, _ id: String, as person: String
  ) async throws -> LiveRun {
    try await broker.jit(
      as: person, "review", id, "--verdict", "justified", "--comment", "it was down")
  }
}
