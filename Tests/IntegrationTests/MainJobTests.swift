import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("The main job", .timeLimit(.minutes(10)))
struct MainJobTests {
  @Test("alice asks, bob approves, alice works and gives back, and nothing is left")
  func askApproveWorkRelease() async throws {
    try await withLiveBroker { broker in
      let asked = try await broker.jit(
        as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "30m",
        "--reason", "INC-42 unstick orders"
      ).succeeded()
      let mine: [RequestView] = try await broker.jit(
        as: "alice", "requests", "--mine", "-o", "json"
      ).json()
      let id = try #require(mine.first?.id)
      #expect(mine.count == 1)
      #expect(asked.text.contains(id))
      #expect(try await broker.database.roles(of: id) == [])

      try await broker.jit(as: "alice", "approve", id).expectRefused(
        77, saying: "their own request")
      let refused = try await broker.entries().filter { $0.kind == .requestRefused }
      #expect(refused.map(\.request) == [id])
      #expect(refused.first?.actor == "alice")
      #expect(refused.first?.data["code"]?.text == "own-request")

      try await broker.jit(as: "bob", "approve", id, "--comment", "go ahead").succeeded()
      #expect(try await broker.database.roles(of: id) == [])

      let work = try await broker.jit(
        as: "alice", "connect", id, "--", "-At", "-c",
        "UPDATE orders SET state = 'new' WHERE id = 42 RETURNING customer, state"
      ).succeeded()
      #expect(work.text.contains("Grace|new"))
      #expect(
        try await broker.database.roles(of: id, thatCanLogIn: true) == [
          "jit_alice_\(id.lowercased())"
        ])

      try await broker.jit(as: "alice", "release", id).succeeded()
      try await broker.expectEnded(id, cause: .released, within: .seconds(20))
      let state = try await broker.database.column(
        "SELECT state FROM public.orders WHERE id = 42", in: broker.database.dbname)
      #expect(state == ["new"])
    }
  }

  @Test("when time is up, the session is cut, the role is gone and the receipt tells the overrun")
  func expiry() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "2s")
      let credentials = try await broker.credentials(id)
      let password = try #require(credentials.password)
      let session = try await broker.database.login(user: credentials.user, password: password)
      #expect(try await broker.database.sessions() == 1)

      // Without the broker it would last ten minutes.
      let error = await #expect(throws: PostgresError.self) {
        try await session.query("SELECT pg_sleep(600)")
      }
      #expect(error?.sqlState == .adminShutdown)
      let receipt = try await broker.expectEnded(id, cause: .expired, within: .seconds(20))
      #expect(receipt.sessionsEnded == 1)
      #expect((0...5_000).contains(receipt.overrunMs))
      #expect(try await broker.database.sessions() == 0)

      let refused = await #expect(throws: PostgresError.self) {
        try await broker.database.login(user: credentials.user, password: password)
      }
      #expect([.invalidPassword, .invalidAuthorization].contains(refused?.sqlState))
      try await broker.jit(as: "alice", "credentials", id).expectRefused(73, saying: "has ended")
    }
  }
}
