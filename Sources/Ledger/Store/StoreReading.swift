import AccessCore
import Foundation
import GRDB

extension Store {
  func entries(of request: RequestID) async throws -> [Entry] {
    let bodies = try await pool.read { db in
      try Data.fetchAll(
        db, sql: "SELECT body FROM entries WHERE request = ? ORDER BY seq",
        arguments: [request.text])
    }
    return try bodies.compactMap { try EntryCodec.decode($0) }
  }

  /// Ids of requests, the newest first; of one person or of everybody.
  func requests(by requester: Principal?, limit: Int) async throws -> [RequestID] {
    let ids = try await pool.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT request FROM entries
           WHERE kind = 'request.submitted' \(requester == nil ? "" : "AND actor = :actor")
           ORDER BY seq DESC
           LIMIT :limit
          """,
        arguments: requester.map { ["actor": $0.text, "limit": limit] } ?? ["limit": limit])
    }
    return ids.compactMap(RequestID.init(_:))
  }

  /// Requests of the person whose activation began at `since` or later, the newest first.
  func begun(by person: Principal, since: Timestamp, limit: Int) async throws -> [RequestID] {
    let ids = try await pool.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT request FROM entries
           WHERE kind = 'grant.activating' AND actor = :person AND at >= :since
           ORDER BY at DESC
           LIMIT :limit
          """,
        arguments: ["person": person.text, "since": since.description, "limit": limit])
    }
    return ids.compactMap(RequestID.init(_:))
  }

  /// Whether one of the person's last activations, which `limit` bounds, gave access to the database.
  func hasHad(_ person: Principal, _ uid: DatabaseUID, limit: Int) async throws -> Bool {
    let found = try await pool.read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (
              SELECT 1
                FROM (SELECT request FROM entries
                       WHERE kind = 'grant.activating' AND actor = :person
                       ORDER BY at DESC
                       LIMIT :limit) AS begun
                JOIN entries AS asked
                  ON asked.request = begun.request AND asked.kind = 'request.submitted'
                JOIN entries AS given
                  ON given.request = begun.request AND given.kind = 'grant.activated'
               WHERE json_extract(CAST(asked.body AS TEXT), '$.data.ask.database_uid') = :uid)
          """,
        arguments: ["person": person.text, "uid": uid.text, "limit": limit])
    }
    return found ?? false
  }

  /// The nonces of entries from `size` on: what a commit of unknown outcome has left.
  func nonces(from size: UInt64) async throws -> Set<[UInt8]> {
    let bodies = try await pool.read { db in
      try Data.fetchAll(
        db, sql: "SELECT body FROM entries WHERE seq >= ?", arguments: [Int64(size)])
    }
    return Set(try bodies.compactMap { try EntryCodec.decode($0)?.nonce })
  }

  func texts(of commitments: [Commitment]) async throws -> [Commitment: WrittenText] {
    guard !commitments.isEmpty else { return [:] }
    return try await pool.read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT salt, text FROM openings WHERE commitment = ?")
      return try commitments.reduce(into: [:]) { texts, commitment in
        let row = try Row.fetchOne(statement, arguments: [commitment.digest.description])
        texts[commitment] = row.map {
          WrittenText(
            String(decoding: $0[1] as Data, as: UTF8.self), salt: Array($0[0] as Data),
            commitment: commitment)
        }
      }
    }
  }

  /// Commitments of the request whose texts are there still.
  func openings(of request: RequestID) async throws -> [Commitment] {
    let digests = try await pool.read { db in
      try String.fetchAll(
        db, sql: "SELECT commitment FROM openings WHERE request = ? ORDER BY commitment",
        arguments: [request.text])
    }
    return digests.compactMap { Digest(hex: $0).map(Commitment.init) }
  }

  func document(_ digest: Digest) throws -> [UInt8]? {
    try pool.read { db in
      try Data.fetchOne(
        db, sql: "SELECT documents FROM policies WHERE digest = ?",
        arguments: [digest.description])
    }.map { Array($0) }
  }
}
