import Foundation
import GRDB
import TransparencyLog

extension Store {
  /// The newest checkpoint and what `body` makes of the tree at that moment.
  func checkpoint<Proof: Sendable>(
    _ body: @escaping @Sendable (_ size: UInt64, SubtreeReader) throws -> Proof
  ) async throws -> (StoredCheckpoint, Proof) {
    try await pool.read { db in
      guard
        let row = try Row.fetchOne(
          db,
          sql: """
            SELECT note, (SELECT max(seq) + 1 FROM entries)
              FROM checkpoint
            """),
        let size = row[1] as Int64?
      else { throw StoreError("the checkpoint is missing") }
      let proof = try body(UInt64(size)) { try Store.node(db, $0, $1) }
      return (StoredCheckpoint(note: row[0], size: size), proof)
    }
  }

  func body(of seq: Int64) async throws -> Data? {
    try await pool.read { db in
      try Data.fetchOne(db, sql: "SELECT body FROM entries WHERE seq = ?", arguments: [seq])
    }
  }
}
