import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("Reconciling", .timeLimit(.minutes(10)))
struct ReconcileTests {
  @Test("a changed role is shown, recorded and alarmed, and its grant goes on")
  func drift() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      let session = try await broker.session(id)
      let role = "jit_alice_\(id.lowercased())"
      let fine = try await broker.jitAdmin("reconcile").succeeded()
      #expect(!fine.text.contains(role) && !fine.text.contains(broker.database.admin), "\(fine)")
      try await broker.database.execute("ALTER ROLE \(role) CREATEDB CONNECTION LIMIT 100")
      let unique = broker.suffix
      let stranger = "jit_eve_\(("00000000" + unique).suffix(8))"
      try await broker.database.execute("CREATE ROLE \(stranger) LOGIN")

      let dry: ReconcileView = try await broker.jitAdmin(
        "reconcile", "orders_PROD", "--dry-run", "-o", "json"
      ).json()
      #expect(dry.dryRun)
      let mine = dry.databases.flatMap(\.findings).filter { [role, stranger].contains($0.role) }
      #expect(mine.map(\.done) == ["nothing", "nothing", "nothing"])
      #expect(mine.map(\.kind).sorted() == ["attribute", "power", "stranger"])
      #expect(try await broker.count(.driftFound, of: id) == 0)

      let text = try await broker.jitAdmin("reconcile").succeeded().text
      #expect(text.contains("CONNECTION LIMIT is 100, not 4"), "\(text)")
      #expect(text.contains("it has CREATEDB"))
      #expect(text.contains(stranger))
      #expect(try await broker.grant(id).state == "active")
      #expect(
        try await broker.grant(id).drift.map(\.found)
          == ["CONNECTION LIMIT is 100, not 4", "it has CREATEDB"])
      #expect(
        try await broker.jit(as: "audrey", "show", id).succeeded().text.contains("it has CREATEDB"))
      let doctor = try await broker.jit(as: "dana", "doctor")
      #expect(doctor.status == 70)
      #expect(doctor.text.contains("1 role not as made"), "\(doctor.text)")
      #expect(try await session.query("SELECT 1").count == 1)

      try await broker.jitAdmin("reconcile").succeeded()
      #expect(try await broker.count(.driftFound, of: id) == 1, "once, until it changes")
      try await broker.database.execute("DROP ROLE \(stranger)")
      try await broker.database.execute("ALTER ROLE \(role) NOCREATEDB CONNECTION LIMIT 4")
      try await broker.jitAdmin("reconcile").succeeded()
      #expect(try await broker.grant(id).drift == [])
      #expect(try await broker.count(.driftFound, of: id) == 2)
      await session.close()
    }
  }

  @Test(
    "a live grant's role that somebody renamed is drift, neither an orphan nor a sign of an old copy"
  )
  func renamed() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      let session = try await broker.session(id)
      let role = "jit_alice_\(id.lowercased())"
      try await broker.database.execute("ALTER ROLE \(role) RENAME TO \(role)_x")
      let text = try await broker.jitAdmin("reconcile").succeeded().text
      #expect(text.contains("it is called \(role)_x now"), "\(text)")
      #expect(!text.contains("orphan"), "\(text)")
      #expect(try await broker.grant(id).state == "active")
      #expect(try await session.query("SELECT 1").count == 1)
      let next = try await broker.approved()
      try await broker.session(next).close()
      try await broker.jit(as: "alice", "release", id).succeeded()
      #expect(try await broker.grant(id).state == "ended")
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      await session.close()
    }
  }

  @Test("two brokers of different origins on one server never touch each other's roles")
  func twoBrokers() async throws {
    try await withLiveBroker { one in
      try await withLiveBroker { two in
        let (first, second) = (try await one.approved(), try await two.approved(for: "5s"))
        let third = try await two.approved()
        let sessions = [try await one.session(first), try await two.session(third)]
        let late = try await two.session(second)
        try await two.kill()
        for _ in 0..<2 { try await one.jitAdmin("reconcile").succeeded() }
        #expect(try await one.reap().status == 0)
        try await eventually("the overdue session is ended") {
          try await two.reap().text.contains("1 session")
        }
        await #expect(throws: PostgresError.self) { try await late.query("SELECT 1") }
        for session in sessions { #expect(try await session.query("SELECT 1").count == 1) }

        // As after a crash of the other one: a role of its own that it does not know.
        let tag = try #require(
          try await two.database.column(
            "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1",
            ["jit_alice_\(third.lowercased())"]
          ).first)
        let orphan = "jit_mallory_\(two.suffix)"
        try await two.database.execute(
          """
          CREATE ROLE \(orphan) LOGIN IN ROLE jit_grants;
          COMMENT ON ROLE \(orphan) IS '\(tag)'
          """)
        try await one.jitAdmin("reconcile").succeeded()
        #expect(
          try await !one.database.column(
            "SELECT 1 FROM pg_roles WHERE rolname = $1", [orphan]
          ).isEmpty)
        try await two.start()
        try await two.expectEnded(second, cause: .expired, within: .seconds(30))
        try await eventually("its own broker removes the orphan") {
          try await two.database.column(
            "SELECT 1 FROM pg_roles WHERE rolname = $1", [orphan]
          ).isEmpty
        }
        #expect(try await one.grant(first).state == "active")
        #expect(try await one.grant(first).drift == [])
        #expect(try await two.grant(third).state == "active")
        for session in sessions { #expect(try await session.query("SELECT 1").count == 1) }
        for broker in [one, two] {
          #expect(
            try await broker.entries().filter { $0.kind == .driftFound }
              .allSatisfy { $0.request == nil }, "nothing of a grant")
        }
        #expect(try await one.entries().count { $0.kind == .orphanFound } == 0)
        for session in sessions + [late] { await session.close() }
      }
    }
  }
}
