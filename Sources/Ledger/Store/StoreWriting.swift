import AccessCore
import Foundation
import GRDB
import TransparencyLog

/// Everything that one commit adds.
struct Batch: Sendable {
  var entries: [Entry] = []
  /// Parallel to `entries`.
  var bodies: [[UInt8]] = []
  var written: [(text: WrittenText, request: RequestID?)] = []
  var erased: [Commitment] = []
  var documents: [Document] = []
  var recent: [(place: IdempotencyKey.Place, write: RecentWrite)] = []
  /// The state after the batch: decides which subjects are still live.
  var state: State

  init(from state: State) { self.state = state }

  mutating func add(_ entry: Entry, _ body: [UInt8]) {
    entries.append(entry)
    bodies.append(body)
  }
}

extension Store {
  /// Writes the batch, the tree's new nodes and a signed checkpoint in one transaction.
  func write(
    _ batch: Batch, after frontier: Frontier, signer: NoteSigner, failpoint: FailpointHandler
  ) async throws -> (frontier: Frontier, note: String) {
    try await pool.write { db in
      var frontier = frontier
      let entries = try RawStatement(db, insertEntry)
      let nodes = try RawStatement(db, insertNode)
      let live = try (add: RawStatement(db, insertLive), drop: RawStatement(db, deleteLive))
      for (entry, body) in zip(batch.entries, batch.bodies) {
        try entries.run(
          .integer(entry.seq), .text(entry.at.description), .text(entry.event.kind.rawValue),
          entry.event.request.map { .text($0.text) } ?? .null, .text(entry.author.name),
          .blob(body))
        for node in try frontier.append(.leaf(body)) {
          try nodes.run(
            .integer(Int64(node.level)), .integer(Int64(node.index)), .blob(node.hash.bytes))
        }
        if let subject = entry.event.subject {
          let isHeld = batch.state.holds(subject)
          if entry.event.supersedes || !isHeld { try live.drop.run(.text(subject.text)) }
          if isHeld { try live.add.run(.text(subject.text), .integer(entry.seq)) }
        }
      }
      try Store.insertExtras(db, batch)
      failpoint(.entriesInserted)
      return (frontier, try Store.insertCheckpoint(db, frontier, signer))
    }
  }

  private static func insertExtras(_ db: GRDB.Database, _ batch: Batch) throws {
    for (written, request) in batch.written {
      try db.execute(
        sql: """
          INSERT INTO openings (commitment, request, salt, text) VALUES (?, ?, ?, ?)
              ON CONFLICT (commitment) DO NOTHING
          """,
        arguments: [
          written.commitment.digest.description, request?.text, Data(written.salt),
          Data(written.text.utf8),
        ])
    }
    for commitment in batch.erased {
      try db.execute(
        sql: "DELETE FROM openings WHERE commitment = ?",
        arguments: [commitment.digest.description])
    }
    for document in batch.documents {
      try db.execute(
        sql: "INSERT INTO policies (digest, documents) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [document.digest.description, Data(document.bytes)])
    }
    for (place, write) in batch.recent {
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO idempotency (actor, key, fingerprint, request, at)
               VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          place.actor.text, place.key, write.fingerprint.description, write.request?.text,
          write.at.milliseconds,
        ])
    }
  }

  private static func insertCheckpoint(
    _ db: GRDB.Database, _ frontier: Frontier, _ signer: NoteSigner
  ) throws -> String {
    let checkpoint = try Checkpoint(
      origin: signer.name.description, size: frontier.size, root: frontier.root)
    let note = try checkpoint.signed(by: signer).description
    try db.cachedStatement(sql: "INSERT OR REPLACE INTO checkpoint (only, note) VALUES (1, ?)")
      .execute(arguments: [note])
    return note
  }

  /// Writes what is there already: throws when the disk refuses.
  func proveWritable() async throws {
    try await pool.write { db in try db.execute(sql: "UPDATE checkpoint SET note = note") }
  }

  /// Empties the write-ahead log, which still holds the pages of before an erasure.
  func truncateLog() async throws {
    _ = try await pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }

  func forgetWrites(before time: Timestamp) async throws {
    try await pool.write { db in
      try db.execute(
        sql: "DELETE FROM idempotency WHERE at < ?", arguments: [time.milliseconds])
    }
  }
}

private let insertEntry =
  "INSERT INTO entries (seq, at, kind, request, actor, body) VALUES (?, ?, ?, ?, ?, ?)"
private let insertNode = "INSERT INTO nodes (level, position, hash) VALUES (?, ?, ?)"
private let insertLive = "INSERT INTO live (subject, seq) VALUES (?, ?)"
private let deleteLive = "DELETE FROM live WHERE subject = ?"
