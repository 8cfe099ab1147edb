import AccessAPI
import AccessCore
import AccessTesting
import Glibc
import PostgresClient
import Testing

@Suite("The dead man's switch", .timeLimit(.minutes(10)))
struct ReapTests {
  @Test("ends what is overdue while the broker is dead, which then finishes as if it had not been")
  func deadBroker() async throws {
    try await withLiveBroker { broker in
      let (short, long) = (
        try await broker.approved(for: "6s"), try await broker.approved(for: "30m")
      )
      let (session, other) = (try await broker.session(short), try await broker.session(long))
      try await broker.kill()

      let early = try await broker.reap()
      #expect(early.status == 0 && early.stdout.isEmpty, "\(early)")
      #expect(try await session.query("SELECT 1").count == 1)
      try await broker.database.waitUntilOverdue(short)
      #expect(try await session.query("SELECT 1").count == 1, "nobody has ended it")

      let reaped = try await broker.reap()
      let role = "jit_alice_\(short.lowercased())"
      #expect(reaped.status == 0, "\(reaped)")
      #expect(reaped.text == "\(role) on orders_PROD: cut off, 1 session ended\n")
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      #expect(try await broker.database.roles(of: short) == [role], "it drops nothing")
      #expect(try await broker.database.roles(of: short, thatCanLogIn: true) == [])
      #expect(try await other.query("SELECT 1").count == 1)
      let again = try await broker.reap()
      #expect(again.status == 0)
      #expect(again.text == "\(role) on orders_PROD: cut off, 0 sessions ended\n")

      try await broker.start()
      try await broker.expectEnded(short, cause: .expired, within: .seconds(30))
      #expect(try await broker.count(.grantEnded, of: short) == 1)
      #expect(try await broker.grant(long).state == "active")
      #expect(try await other.query("SELECT 1").count == 1)
      for session in [session, other] { await session.close() }
    }
  }

  @Test(
    "has the secret that works, wherever the broker died in a rotation",
    arguments: [Failpoint.nextSecretKept, .adminPasswordChanged])
  func rotating(diedAt failpoint: Failpoint) async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "30m")
      let session = try await broker.session(id)
      try await broker.restart(environment: ["JITD_FAILPOINT": failpoint.rawValue])
      try await broker.jitAdmin("rotate", "orders_PROD").expectRefused(69)
      #expect(try await broker.ended() == .killed(by: SIGKILL))
      #expect(try broker.credentialFiles == ["orders-admin", "orders-admin~next"])

      let role = "jit_alice_\(id.lowercased())"
      try await broker.database.execute("ALTER ROLE \(role) VALID UNTIL '2001-01-01'")
      let reaped = try await broker.reap()
      #expect(reaped.status == 0, "\(reaped)")
      #expect(reaped.text == "\(role) on orders_PROD: cut off, 1 session ended\n")
      #expect(try broker.credentialFiles == ["orders-admin", "orders-admin~next"])
      await session.close()
    }
  }

  @Test("does what it can when the policy is broken or a server is down, and says so")
  func trouble() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "4s")
      let session = try await broker.session(id)
      try await broker.kill()
      try await broker.database.waitUntilOverdue(id)

      let dead = """
          gone_PROD:
            uid: db-GONE
            environment: production
            engine: postgresql
            connection: { host: 127.0.0.1, port: 1, dbname: gone }
            admin: { user: nobody, password: "credential:orders-admin" }
        roles:
        """
      try broker.write(policy: broker.policy.replacing("roles:\n  write", with: dead + "\n  write"))
      let unreached = try await broker.reap()
      #expect(unreached.status == 69, "\(unreached)")
      #expect(unreached.text.contains("cut off, 1 session ended"))
      #expect(unreached.stderr.contains("error: gone_PROD was not reached"))
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }

      let broken = broker.policy.replacing("max_duration: 1h", with: "max_duration: soon")
      try broker.write(policy: broken)
      let salvaged = try await broker.reap()
      #expect(salvaged.status == 65, "\(salvaged)")
      #expect(salvaged.text.contains("cut off, 0 sessions ended"))
      #expect(salvaged.stderr.contains("orders.yaml"))

      try broker.write(policy: "databases: [")
      let nothing = try await broker.reap()
      #expect(nothing.status == 65 && nothing.stdout.isEmpty, "\(nothing)")
      try broker.write(policy: broker.policy)
      await session.close()
    }
  }
}

extension LiveDatabase {
  /// By the server's own clock.
  fileprivate func waitUntilOverdue(_ request: String) async throws {
    try await eventually("the role of \(request) is overdue") {
      try await !column(
        "SELECT 1 FROM pg_roles WHERE rolname LIKE '%' || lower($1) AND rolvaliduntil < now()",
        [request]
      ).isEmpty
    }
  }
}
