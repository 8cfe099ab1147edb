import AccessCore
import Foundation
import GRDB
import TransparencyLog

extension Store {
  /// What a start reads, believed by nobody yet.
  struct Loaded: Sendable {
    /// One more than the number of the last entry.
    var size: Int64 = 0
    /// The newest checkpoint, as the note that was signed.
    var note: String?
    /// What live state is made of, and the last entry, which says how late it is.
    var live: [LiveEntry] = []
    var last: LiveEntry?
    var recent: [IdempotencyKey.Place: RecentWrite] = [:]
  }

  struct LiveEntry: Sendable {
    let seq: Int64
    let subject: String
    /// Nil when the entry is gone.
    let body: [UInt8]?
  }

  func load() throws -> Loaded {
    try pool.read { db in
      let last = try Row.fetchOne(
        db, sql: "SELECT seq, '' AS subject, body FROM entries ORDER BY seq DESC LIMIT 1")
      return Loaded(
        size: max(0, last.map { $0["seq"] + 1 } ?? 0),
        note: try String.fetchOne(db, sql: "SELECT note FROM checkpoint"),
        live: try Store.live(db), last: last.map(LiveEntry.init),
        recent: try Store.recentWrites(db))
    }
  }

  static func live(_ db: GRDB.Database) throws -> [LiveEntry] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT live.seq, live.subject, entries.body
          FROM live
          LEFT JOIN entries ON entries.seq = live.seq
         ORDER BY live.seq
        """
    ).map(LiveEntry.init)
  }

  static func node(_ db: GRDB.Database, _ level: Int, _ index: UInt64) throws -> Hash {
    guard let hash = try storedHash(db, level, index) else {
      throw StoreError("the hash of subtree \(index) at level \(level) is missing")
    }
    return hash
  }

  static func storedHash(
    _ db: GRDB.Database, _ level: Int, _ index: UInt64
  ) throws -> Hash? {
    let statement = try db.cachedStatement(
      sql: "SELECT hash FROM nodes WHERE level = ? AND position = ?")
    return try Data.fetchOne(statement, arguments: [level, Int64(index)]).flatMap {
      Hash(bytes: $0)
    }
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

extension Store.LiveEntry {
  fileprivate init(_ row: Row) {
    self.init(
      seq: row["seq"], subject: row["subject"], body: (row["body"] as Data?).map { Array($0) })
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
