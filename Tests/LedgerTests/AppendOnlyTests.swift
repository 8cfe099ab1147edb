import Foundation
import GRDB
import Testing

@testable import Ledger

@Suite("The state file")
struct AppendOnlyTests {
  @Test("every commit is on disk before it returns, and readers do not wait for the writer")
  func pragmas() async throws {
    let home = try Home()
    let store = try await home.open().reading
    let (synchronous, journal) = try await store.pool.writeWithoutTransaction { db in
      (
        try Int.fetchOne(db, sql: "PRAGMA synchronous"),
        try String.fetchOne(db, sql: "PRAGMA journal_mode")
      )
    }
    #expect(synchronous == 2, "2 is FULL")
    #expect(journal == "wal")
  }

  @Test(
    "history cannot be changed with SQL",
    arguments: [
      "UPDATE entries SET body = x'00' WHERE seq = 1",
      "UPDATE entries SET actor = actor",
      "UPDATE OR REPLACE entries SET seq = 0 WHERE seq = 1",
      "DELETE FROM entries WHERE seq = 2",
      "DELETE FROM entries",
      insert(seq: "4"), insert(seq: "0"), insert(seq: "2"), insert(seq: "-1"), insert(seq: "NULL"),
      insert("OR REPLACE", seq: "1"), insert("OR IGNORE", seq: "1"),
      insert(seq: "1") + " ON CONFLICT (seq) DO UPDATE SET body = excluded.body",
    ])
  func refused(_ statement: String) async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.append(Sample.exported(1), Sample.exported(2))
    let before = try home.bodies()
    let error = #expect(throws: DatabaseError.self) { try home.change(statement) }
    #expect(error?.message == "the ledger is append-only")
    #expect(try home.bodies() == before)
  }

  private static func insert(_ conflict: String = "", seq: String) -> String {
    """
    INSERT \(conflict) INTO entries (seq, at, kind, request, actor, body)
    VALUES (\(seq), '2026-03-01T09:30:00.000Z', 'log.opened', NULL, 'mallory', x'7B7D')
    """
  }

  @Test("a file of another format is refused")
  func otherFormat() async throws {
    let home = try Home()
    _ = try await home.open()
    try home.change("PRAGMA user_version = 2")
    let error = await #expect(throws: StoreError.self) { try await home.open() }
    #expect(error?.description.contains("has format 2") == true)
  }

  @Test("a file that is not a database is refused")
  func notADatabase() async throws {
    let home = try Home()
    let text = String(repeating: "this is not SQLite. ", count: 100)
    try Data(text.utf8).write(to: URL(filePath: home.ledgerPath))
    await #expect(throws: (any Error).self) { try await home.open() }
  }
}
