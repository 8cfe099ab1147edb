import AccessCore
import Foundation
import GRDB

extension Store {
  /// The selected entries from `seq` on, as `append` writes them, until they have a megabyte; and the
  /// number of the last of them. Nil when there are none.
  func page(
    _ selection: Selection, from seq: Int64,
    _ append: @escaping @Sendable (UnsafeRawBufferPointer, inout [UInt8]) throws -> Void
  ) async throws -> (bytes: [UInt8], last: Int64)? {
    try await pool.read { db in
      let entries = try RawStatement(
        db,
        """
        SELECT e.seq, e.body
          FROM entries AS e
         WHERE e.seq >= :from AND e.seq < :size AND (\(selection.condition))
         ORDER BY e.seq
        """)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(pageBytes + Limits.entryBytesMax)
      var last: Int64?
      try entries.rows(selection.arguments + ["from": seq]) { row in
        try append(row.blob(1), &bytes)
        last = row.integer(0)
        return bytes.count < pageBytes
      }
      return last.map { (bytes, $0) }
    }
  }

  /// Every entry from `seq` on, at most `limit`: its bytes with what people wrote in it, or the hash
  /// of its leaf if it is not selected.
  func bundled(
    _ selection: Selection, from seq: Int64, limit: Int
  ) async throws -> [Bundled] {
    try await pool.read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT seq, body,
                 CASE WHEN body IS NULL THEN
                   (SELECT hash FROM nodes WHERE level = 0 AND position = seq)
                 END AS leaf
            FROM (SELECT e.seq, CASE WHEN \(selection.condition) THEN e.body END AS body
                    FROM entries AS e
                   WHERE e.seq >= :from AND e.seq < :size
                   ORDER BY e.seq
                   LIMIT :limit)
          """,
        arguments: selection.arguments + ["from": seq, "limit": limit])
      var entries: [Bundled] = []
      while let row = try rows.next() {
        guard row[0] == seq + Int64(entries.count) else { throw StoreError("an entry is missing") }
        if let body = row[1] as Data? {
          entries.append(.shown(body, try Store.openings(db, of: body)))
        } else if let leaf = row[2] as Data? {
          entries.append(.withheld(leaf: leaf))
        } else {
          throw StoreError("the hash of entry \(row[0] as Int64) is missing")
        }
      }
      return entries
    }
  }

  private static func openings(_ db: GRDB.Database, of body: Data) throws -> [Opening] {
    try WrittenField.allCases.compactMap { field in
      guard let commitment = field.commitment(in: body) else { return nil }
      let row = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT salt, text FROM openings WHERE commitment = ?"),
        arguments: [commitment])
      return row.map { Opening(field: field, salt: $0[0], text: $0[1]) }
    }
  }

  /// What the selected entries say of each grant, in the order of the requests' ids.
  func grants(_ selection: Selection, after id: String, limit: Int) async throws -> [[JSON]] {
    try await pool.read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT e.request,
                 substr(max(format('%016d', e.seq) || e.kind)
                          FILTER (WHERE e.kind IN ('grant.activating', 'grant.activated',
                            'grant.failed', 'grant.revoking', 'grant.stuck', 'grant.ended',
                            'grant.forgotten')), 17),
                 max(\(data("ask.requester"))) \(of("request.submitted")),
                 max(\(data("ask.database"))) \(of("request.submitted")),
                 max(\(data("ask.environment"))) \(of("request.submitted")),
                 max(\(data("ask.role"))) \(of("request.submitted")),
                 max(\(data("ask.entitlement"))) \(of("request.submitted")),
                 max(e.at) \(of("request.submitted")),
                 group_concat(e.actor, ' ')
                   FILTER (WHERE e.kind = 'review.recorded' AND \(data("verdict")) = 'approve'),
                 max(\(data("role_name"))) \(of("grant.activating")),
                 max(e.at) \(of("grant.activated")),
                 max(\(data("expires_at"))) \(of("grant.activating")),
                 max(e.at) \(of("grant.ended")),
                 max(\(data("cause"))) \(of("grant.ended")),
                 iif(max(\(data("receipt.verified"))) \(of("grant.ended")), 'yes', 'no'),
                 max(\(data("receipt.sessions_ended"))) \(of("grant.ended")),
                 max(\(data("receipt.overrun_ms"))) \(of("grant.ended")),
                 iif(max(\(data("ask.break_glass"))) \(of("request.submitted")), 'yes', 'no'),
                 max(\(data("review_due"))) \(of("grant.activating")),
                 iif(max(e.kind = 'review.overdue'), 'yes', 'no'),
                 max(e.actor) \(of("glass.reviewed")),
                 max(\(data("verdict"))) \(of("glass.reviewed"))
            FROM entries AS e
           WHERE e.request > :after AND e.seq < :size AND (\(selection.condition))
           GROUP BY e.request
          HAVING max(e.kind = 'grant.activating')
           ORDER BY e.request
           LIMIT :limit
          """,
        arguments: selection.arguments + ["after": id, "limit": limit])
      var grants: [[JSON]] = []
      while let row = try rows.next() {
        var cells = Array(row.databaseValues).map(JSON.init)
        cells[1] = .string(state(afterKind: cells[1].text))
        grants.append(cells)
      }
      return grants
    }
  }

  func hasRequests(for database: DatabaseName) async throws -> Bool {
    try await pool.read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM entries AS e
                          WHERE e.kind = 'request.submitted'
                            AND \(data("ask.database")) = ?)
          """, arguments: [database.text]) ?? false
    }
  }

  func hasRequests(by person: Principal) async throws -> Bool {
    try await pool.read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM entries
                          WHERE kind = 'request.submitted' AND actor = ?)
          """, arguments: [person.text]) ?? false
    }
  }
}

private let pageBytes = 1 << 20

/// An entry as a bundle takes it.
enum Bundled: Sendable {
  case shown(Data, [Opening])
  case withheld(leaf: Data)
}

/// What a person wrote, for the commitment in a field of an entry.
struct Opening: Sendable {
  let field: WrittenField
  let salt: Data
  let text: Data
}

extension Selection {
  /// Whether it takes the row `e` of `entries`; goes with `arguments`.
  fileprivate var condition: String {
    """
        (:since IS NULL OR e.at >= :since)
    AND (:until IS NULL OR e.at < :until)
    AND (:kind IS NULL OR e.kind = :kind)
    AND (:database IS NULL OR CASE
          WHEN e.request IS NULL THEN \(data("database")) IS :database
          ELSE EXISTS (SELECT 1 FROM entries AS s
                        WHERE s.request = e.request AND s.kind = 'request.submitted'
                          AND \(data("ask.database", of: "s")) = :database) END)
    AND (:requester IS NULL OR CASE
          WHEN e.request IS NULL THEN e.kind = 'request.refused' AND e.actor = :requester
          ELSE EXISTS (SELECT 1 FROM entries AS s
                        WHERE s.request = e.request AND s.kind = 'request.submitted'
                          AND s.actor = :requester) END)
    """
  }

  fileprivate var arguments: StatementArguments {
    [
      "size": size, "since": since?.description, "until": until?.description,
      "database": database?.text, "requester": requester?.text, "kind": kind?.rawValue,
    ]
  }
}

/// A member of the part of an entry that belongs to its kind.
private func data(_ path: StaticString, of row: StaticString = "e") -> String {
  "json_extract(CAST(\(row).body AS TEXT), '$.data.\(path)')"
}

/// The state of a grant whose newest entry is of this kind.
private func state(afterKind kind: String?) -> String {
  let state = kind?.split(separator: ".").last.map(String.init) ?? ""
  return state == "activated" ? "active" : state
}

private func of(_ kind: StaticString) -> String { "FILTER (WHERE e.kind = '\(kind)')" }

extension JSON {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .string("\(number)")
    case .string(let text): self = .string(text)
    case .blob(let bytes): self = .string([UInt8](bytes).hex)
    }
  }
}

extension WrittenField {
  /// The 64 digits of the commitment that stands in the field, if there is one.
  fileprivate func commitment(in body: Data) -> String? {
    guard let marker = body.range(of: Data(marker.utf8)) else { return nil }
    let digits = body[marker.upperBound...].prefix(64)
    return Digest(hex: String(decoding: digits, as: UTF8.self))?.description
  }
}
