import AccessCore
import Foundation
import GRDB
import TransparencyLog

/// The state file: SQLite in WAL mode, every commit on disk before it returns.
///
/// Knows nothing of decisions; `Ledger` is its only writer.
final class Store: Sendable {
  let pool: DatabasePool

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.label = "ledger"
    configuration.busyMode = .timeout(5)
    // What is erased is written over, not only unlinked.
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA secure_delete = ON") }
    pool = try DatabasePool(path: path, configuration: configuration)
    try pool.writeWithoutTransaction { db in
      // Only now: the pool has set NORMAL when it opened, which survives a crash of the process
      // but not of the machine.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try Store.expect(db, "synchronous", "2")
      try Store.expect(db, "journal_mode", "wal")
    }
    try pool.write(Store.prepareSchema)
  }

  private static func expect(_ db: GRDB.Database, _ pragma: String, _ value: String) throws {
    let found = try String.fetchOne(db, sql: "PRAGMA \(pragma)") ?? "nothing"
    guard found == value else {
      throw StoreError("SQLite answers \(found) for \(pragma), not \(value)")
    }
  }

  private static func prepareSchema(_ db: GRDB.Database) throws {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if version == 0, try !db.tableExists("entries") {
      try db.execute(sql: Schema.statements)
      try db.execute(sql: "PRAGMA user_version = \(Schema.version)")
    } else if version != Schema.version {
      throw StoreError(
        "the state file has format \(version); this program writes \(Schema.version)")
    }
    try db.execute(sql: Schema.indexes)
  }
}

package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
