import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("What a role leaves behind", .timeLimit(.minutes(10)))
struct ResidueTests {
  @Test("a table waits, fenced, until somebody says whose it is; code goes with the role")
  func story() async throws {
    try await withLiveBroker { broker in
      let dbname = broker.database.dbname
      let heir = "heir_\(broker.suffix)"
      try await broker.database.execute("CREATE ROLE \(heir) NOLOGIN")
      try await broker.database.execute(
        """
        CREATE SCHEMA work;
        GRANT USAGE, CREATE ON SCHEMA work TO PUBLIC;
        CREATE TABLE work.orders (id int);
        GRANT TRIGGER ON work.orders TO PUBLIC;
        """, in: dbname)
      let id = try await broker.approved(for: "1h")
      let session = try await broker.session(id)
      try await session.execute(
        """
        CREATE TABLE work.fixes (id int);
        INSERT INTO work.fixes VALUES (1), (2);
        CREATE FUNCTION work.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER fire AFTER UPDATE ON work.orders FOR EACH ROW EXECUTE FUNCTION work.fire();
        """)
      try await broker.jit(as: "alice", "release", id).succeeded()
      try await broker.waitUntil(id, is: "stuck", within: .seconds(20))
      await session.close()

      let stuck = try await broker.grant(id)
      #expect(stuck.stuckBecause == "residue" && stuck.fenced == true)
      #expect(stuck.receipt?.residue.map(\.name) == ["work.fixes"])
      #expect(stuck.receipt?.objectsDropped == 1)
      #expect(try await broker.database.roles(of: id, thatCanLogIn: true) == [])
      let shown = try await broker.jitAdmin("residue", id)
      #expect(shown.text.contains("table work.fixes in \(dbname)"), "\(shown.text)")
      try await broker.jitAdmin("residue", id, "--drop", "--give-to", heir).expectRefused(64)
      try await broker.jitAdmin("residue", id, "--give-to", "typo").expectRefused(66)

      try await broker.jitAdmin("residue", id, "--give-to", heir).succeeded()
      try await broker.waitUntil(id, is: "ended", within: .seconds(60))
      let receipt = try #require(try await broker.grant(id).receipt)
      #expect(receipt.verified)
      #expect(
        Set(receipt.residue.map(\.kind)) == ["table", "function", "trigger"],
        "what was there before any of it went")
      #expect(try await broker.database.roles(of: id) == [])
      #expect(
        try await broker.database.column(
          "SELECT tableowner FROM pg_tables WHERE tablename = 'fixes'", in: dbname) == [heir])
      let kinds = try await broker.entries().map(\.kind)
      let decided = try #require(kinds.firstIndex(of: .residueDecided))
      #expect(kinds[..<decided].contains(.residueFound))
      #expect(kinds[decided...].contains(.grantEnded))
      try await broker.jitAdmin("forget", id, "--why", "late").expectRefused(73)
    }
  }
}
