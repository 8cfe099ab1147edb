import AccessAPI
import AccessTesting
import Testing

@Suite("A database with dangers", .timeLimit(.minutes(10)))
struct PreflightTests {
  @Test("gives no access until the policy accepts them by name, and says so")
  func dangers() async throws {
    try await withLiveBroker { broker in
      let careful = broker.policy.replacing(
        "accept: [createrole-is-superuser]", with: "accept: [plain-connection]")
      try broker.write(policy: careful)
      try await broker.jit(as: "dana", "policy", "reload").succeeded()
      let id = try await broker.approved()
      let refused = try await broker.jit(as: "alice", "credentials", id)
      refused.expectRefused(77, saying: "createrole-is-superuser")
      #expect(refused.stderr.contains("hint: `jit admin preflight orders_PROD`"))
      #expect(try await broker.database.roles(of: id) == [])

      let looked = try await broker.jitAdmin("preflight", "orders_PROD")
      #expect(looked.status == 77)
      #expect(looked.text.contains("CREATE ROLE \"\(broker.database.admin)\" LOGIN CREATEROLE;"))
      #expect(looked.stderr.contains("createrole-is-superuser"))

      try broker.write(policy: broker.policy)
      try await broker.jit(as: "dana", "policy", "reload").succeeded()
      let report: PreflightView = try await broker.jitAdmin(
        "preflight", "orders_PROD", "-o", "json"
      ).json()
      #expect(report.refusing == [])
      #expect(report.checks.first { $0.check == "createrole-is-superuser" }?.accepted == true)
      try await broker.credentials(id)
    }
  }

  @Test("is looked at by those who run the broker only")
  func authority() async throws {
    try await withLiveBroker { broker in
      let path = "/v1/databases/orders_PROD/preflight"
      #expect(try await broker.send("GET", path, as: "dana").status == 200)
      for person in ["alice", "audrey"] {
        #expect(try await broker.send("GET", path, as: person).status == 403)
      }
      try await broker.jitAdmin("preflight", "orders_PRD").expectRefused(66, saying: "orders_PROD")
    }
  }
}
