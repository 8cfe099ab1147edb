import AccessCore
import AccessTesting
import PostgresClient
import Testing

extension Scenario {
  /// What others have to do with the role and its things.
  static let neighbours: [Scenario] = [
    Scenario(
      name: "somebody else's view on a table of the role's, kept", end: .stuck(.residue)
    ) { stage in
      try await stage.makeNeighboursView()
      return { _ in try await stage.expectViewIsBlind() }
    },
    Scenario(
      name: "somebody else's view on a table of the role's, to be dropped", policy: .drop,
      end: .stuck(.residue)
    ) { stage in
      try await stage.makeNeighboursView()
      return { ending async throws in
        #expect(
          ending.notes(on: "view", in: ending.last.residue)
            == ["of bob; it leans on something of the role's"])
        try await stage.expectViewIsBlind()
      }
    },
    Scenario(name: "somebody else's GRANT to the role", end: .stuck(.residue)) { stage in
      try await stage.test.execute(
        """
        GRANT SELECT, INSERT ON \(stage.scope).orders TO \(stage.name);
        GRANT UPDATE (id) ON \(stage.scope).orders TO \(stage.name);
        """)
      return { ending async throws in
        let notes = ending.notes(on: "grant", in: ending.last.residue)
        #expect(!notes.isEmpty)
        // The very statement that it prints ends it.
        for note in notes {
          let revoke = try #require(note.firstRange(of: "REVOKE "))
          try await stage.test.execute(String(note[revoke.lowerBound...]))
        }
      }
    },
  ]
}

extension Stage {
  fileprivate func makeNeighboursView() async throws {
    try await work("t")
    try await enter().execute("GRANT SELECT ON \(scope).t TO bob")
    try await test.execute(
      """
      CREATE VIEW \(scope).hers AS SELECT * FROM \(scope).t;
      ALTER VIEW \(scope).hers OWNER TO bob;
      GRANT USAGE ON SCHEMA \(scope) TO bob;
      """)
  }

  /// It is there, and reads nothing; then its owner drops it.
  fileprivate func expectViewIsBlind() async throws {
    let bob = try await test.server.connect(user: "bob", password: "bob")
    let refused = await #expect(throws: PostgresError.self) {
      try await bob.query("SELECT * FROM \(scope).hers")
    }
    #expect(refused?.sqlState == .insufficientPrivilege)
    await bob.close()
    try await test.execute("DROP VIEW \(scope).hers")
  }
}
