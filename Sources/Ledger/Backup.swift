import AccessCore
import Foundation
import GRDB
import Glibc
import TransparencyLog

/// A copy of a whole ledger in one file, with the key that signs it: as secret as the state itself.
package struct Backup: Sendable, Equatable {
  /// The configured origin with its epoch.
  package let origin: String
  package let size: Int64
  /// Time of the newest entry.
  package let newest: Timestamp?
}

package struct BackupError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}

extension Ledger {
  /// Writes a copy to `path`, where nothing is yet, and verifies it to its last entry. The ledger
  /// goes on meanwhile; what comes later is not in the copy.
  package func backup(to path: String) async throws -> Backup {
    let (store, seed) = (reading, signer.seed)
    try await aside { try store.copy(to: path, seed) }
    return try await Backup(verifying: path)
  }
}

extension Ledger {
  /// Where a file of that name can lie for a while, beside the ledger and as secret.
  package nonisolated func temporaryPath(_ name: String) -> String { directory.backupPath(name) }

  /// Removes such a file, and what SQLite may have left beside it.
  package nonisolated func removeTemporary(_ path: String) {
    for file in [path, path + "-wal", path + "-shm", path + "-journal"] { unlink(file) }
  }

  /// Closes the file; nothing may be asked of the ledger afterwards.
  func close() throws { try reading.close() }
}

extension Backup {
  /// Reads a copy from its first entry to its last: everything in it is what was signed by the key
  /// that is in it.
  init(verifying path: String) async throws {
    let store = try Store(path)
    let loaded = try store.load()
    guard let epoch = loaded.epoch else { throw BackupError(description: "it has no ledger") }
    let signer = try NoteSigner(name: KeyName(epoch), seed: try store.seedOfCopy())
    let verified = try store.verify(loaded, by: signer.verifierKey)
    if let flaw = verified.flaws.first { throw flaw }
    var scrub = Scrub(store, verified.frontier)
    while !scrub.isDone { try await scrub.nextPage() }
    try store.close()
    (origin, size, newest) = (epoch, loaded.size, verified.state.newest)
  }
}

extension Store {
  fileprivate func copy(to path: String, _ seed: [UInt8]) throws {
    let copy = try DatabaseQueue(path: path)
    try pool.backup(to: copy)
    try copy.write { db in
      try db.execute(
        sql: """
          CREATE TABLE signing_key (
              only INTEGER PRIMARY KEY CHECK (only = 1),
              seed BLOB NOT NULL
          ) STRICT
          """)
      try db.execute(
        sql: "INSERT INTO signing_key (only, seed) VALUES (1, ?)", arguments: [Data(seed)])
    }
    try copy.close()
  }

  fileprivate func seedOfCopy() throws -> [UInt8] {
    try pool.read { db in
      guard try db.tableExists("signing_key"),
        let seed = try Data.fetchOne(db, sql: "SELECT seed FROM signing_key")
      else { throw BackupError(description: "it is no backup: the key is not in it") }
      return Array(seed)
    }
  }

  /// Leaves everything in the one file. Closing alone does not: the last connection to go may be one
  /// for reading, and leaves the write-ahead log as it is.
  func close() throws {
    _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    try pool.close()
  }

  /// The key leaves the copy, which becomes a state file like any other.
  func takeSeed() throws -> [UInt8] {
    let seed = try seedOfCopy()
    // With secure_delete, which every store has, its bytes are written over.
    try pool.write { db in try db.execute(sql: "DROP TABLE signing_key") }
    return seed
  }
}

/// Runs what takes long on a thread of its own, so that it holds up no task.
private func aside(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { done in
    DispatchQueue.global().async { done.resume(with: Result(catching: body)) }
  }
}
