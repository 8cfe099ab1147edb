import AccessCore
import Foundation
import GRDB
import TransparencyLog

extension Store {
  /// What a start needs: live state, the right edge of the tree, keys of recent writes.
  struct Loaded {
    var state: State
    var frontier: Frontier
    var recent: [IdempotencyKey.Place: RecentWrite]
  }

  func load() throws -> Loaded {
    try pool.read { db in
      let newest = try Row.fetchOne(
        db, sql: "SELECT seq, at FROM entries ORDER BY seq DESC LIMIT 1")
      let nextSeq: Int64 = newest.map { $0["seq"] + 1 } ?? 0
      let time = newest.flatMap { Timestamp($0["at"] as String) }
      let bodies = try Data.fetchAll(
        db,
        sql: """
          SELECT body FROM entries
           WHERE seq IN (SELECT seq FROM live)
           ORDER BY seq
          """)
      let entries = try bodies.compactMap { try EntryCodec.decode($0) }
      let frontier = try Frontier(size: UInt64(nextSeq)) { level, index in
        try Store.node(db, level, index)
      }
      return Loaded(
        state: State(of: entries, nextSeq: nextSeq, newest: time), frontier: frontier,
        recent: try Store.recentWrites(db))
    }
  }

  static func node(_ db: GRDB.Database, _ level: Int, _ index: UInt64) throws -> Hash {
    let bytes = try Data.fetchOne(
      db, sql: "SELECT hash FROM nodes WHERE level = ? AND position = ?",
      arguments: [level, Int64(index)])
    guard let bytes, let hash = Hash(bytes: bytes) else {
      throw StoreError("the hash of subtree \(index) at level \(level) is missing")
    }
    return hash
  }

  private static func recentWrites(
    _ db: GRDB.Database
  ) throws -> [IdempotencyKey.Place: RecentWrite] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT actor, key, fingerprint, request, at FROM idempotency")
    return rows.reduce(into: [:]) { recent, row in
      guard
        let actor = Principal(row["actor"]), let fingerprint = Digest(hex: row["fingerprint"])
      else { return }
      recent[.init(actor: actor, key: row["key"])] = RecentWrite(
        fingerprint: fingerprint, request: (row["request"] as String?).flatMap(RequestID.init(_:)),
        at: Timestamp(milliseconds: row["at"]))
    }
  }
}

/// A write that a client may repeat.
struct RecentWrite: Sendable {
  let fingerprint: Digest
  let request: RequestID?
  let at: Timestamp
}

extension IdempotencyKey {
  /// Whose key it is: the same text from two people is two keys.
  struct Place: Hashable, Sendable {
    let actor: Principal
    let key: String
  }

  var place: Place { Place(actor: actor, key: key) }
}
