import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("Roles without a grant", .timeLimit(.minutes(10)))
struct OrphanTests {
  @Test("one that carries our tag is removed at the start, and nobody else's")
  func orphans() async throws {
    try await withLiveBroker { broker in
      let database = broker.database
      let known = try await broker.approved()
      try await broker.credentials(known)
      let tag = try #require(
        try await database.column(
          "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1",
          ["jit_alice_\(known.lowercased())"]
        ).first)
      let unique = broker.suffix
      let ours = "jit_mallory_\(unique)"
      let (others, untagged) = ("jit_other_\(unique)", "jit_untagged_\(unique)")
      let otherTag = "jit1:0123456789abcdef:1"
      for (role, comment) in [(ours, tag), (others, otherTag), (untagged, "made by hand")] {
        try await database.execute(
          """
          CREATE ROLE \(role) LOGIN PASSWORD 'orphan' IN ROLE jit_grants, \(database.scope);
          COMMENT ON ROLE \(role) IS '\(comment)'
          """)
      }
      let session = try await database.login(user: ours, password: "orphan")
      let bystander = try await database.login(user: others, password: "orphan")

      try await broker.restart()
      try await eventually("the orphan is removed") { try await !database.exists(ours) }
      try await eventually("it is an entry") {
        try await broker.entries().contains { $0.kind == .orphanFound }
      }
      let found = try await broker.entries().filter { $0.kind == .orphanFound }
      #expect(found.map { $0.data["role"]?["name"]?.text } == [ours])
      #expect(found.first?.data["removed"] == .bool(true))
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }

      #expect(try await database.exists(others))
      #expect(try await database.exists(untagged))
      #expect(try await bystander.query("SELECT 1").count == 1)
      await bystander.close()
      // The ledger never heard of it: it may be an old copy, so nothing more is given.
      #expect(try await broker.grant(known).state == "active")
      try await broker.jit(as: "alice", "credentials", known)
        .expectRefused(77, saying: "has the role \(ours), of which the ledger never heard")
      for role in [others, untagged] { try await database.execute("DROP ROLE \(role)") }
    }
  }
}

extension LiveDatabase {
  fileprivate func exists(_ role: String) async throws -> Bool {
    try await !column("SELECT oid FROM pg_roles WHERE rolname = $1", [role]).isEmpty
  }
}
