import AccessCore
import AccessTesting
import Foundation
import GRDB
import Testing
import TransparencyLog

@testable import Ledger

/// A state directory of a test's own.
struct Home {
  let folder: TemporaryDirectory
  let directory: StateDirectory
  let clock = ManualClock()
  static let origin = "jit.example.com/test"

  init() throws {
    folder = try TemporaryDirectory()
    directory = try StateDirectory(taking: folder.path + "/state")
  }

  var path: String { directory.path }
  var ledgerPath: String { path + "/ledger.sqlite" }

  /// Opens the ledger, as a start does. The one that was open before is not used any more.
  func open(
    published: [UInt8]? = nil, failpoint: @escaping FailpointHandler = { _ in }
  ) async throws -> Ledger {
    try await Ledger(
      in: directory, origin: Home.origin, published: published, clock: clock.wall,
      failpoint: failpoint)
  }

  /// The file as somebody else has it open: a connection beside the ledger's own.
  func file() throws -> DatabaseQueue { try DatabaseQueue(path: ledgerPath) }

  /// Changes the file behind the ledger's back.
  func change(_ sql: String) throws {
    try file().write { db in try db.execute(sql: sql) }
  }

  /// Everything that is in the log of SQLite goes into the main file.
  func flushIntoFile() throws {
    try file().writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
  }

  func read<Value>(_ body: (GRDB.Database) throws -> Value) throws -> Value {
    try file().read(body)
  }

  func count(_ table: String) throws -> Int {
    try read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }

  /// The stored bytes of all entries, in order.
  func bodies() throws -> [[UInt8]] {
    try read { db in
      try Data.fetchAll(db, sql: "SELECT body FROM entries ORDER BY seq").map { Array($0) }
    }
  }

  func entries() throws -> [Entry] {
    try bodies().map { try #require(try EntryCodec.decode($0)) }
  }

  /// The newest checkpoint, as somebody who has only the verifier key reads it.
  func checkpoint(_ verifierKey: String) throws -> Checkpoint {
    let note = try read { db in try String.fetchOne(db, sql: "SELECT note FROM checkpoint") }
    return try Checkpoint(
      opening: Array((note ?? "").utf8), with: VerifierKey(parsing: verifierKey))
  }
}

extension Ledger {
  /// Appends events that nobody decides about.
  @discardableResult
  func append(_ events: Event...) async throws -> Outcome { try await append(events) }

  @discardableResult
  func append(_ events: [Event]) async throws -> Outcome {
    try await append(Proposal(by: .system) { _, _ in .success(events) }).get()
  }

  @discardableResult
  func appendFact(_ events: Event...) async throws -> Outcome {
    try await append(Proposal(holdingAnywayBy: .system) { _, _ in .success(events) }).get()
  }
}

/// The root of RFC 6962 §2.1, straight from its definition.
func merkleTreeHash(_ leaves: ArraySlice<[UInt8]>) -> Hash {
  guard let first = leaves.first else { return .empty }
  guard leaves.count > 1 else { return .leaf(first) }
  var half = 1
  while half * 2 < leaves.count { half *= 2 }
  let middle = leaves.startIndex + half
  return .node(merkleTreeHash(leaves[..<middle]), merkleTreeHash(leaves[middle...]))
}

/// Everything about the stored tree that has to fit: numbers without gaps, times that never go
/// back, the stored bytes canonical, and the signed root that of exactly these bytes.
func expectSound(
  _ home: Home, _ ledger: Ledger, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let bodies = try home.bodies()
  let entries = try home.entries()
  #expect(entries.map(\.seq) == Array(0..<Int64(entries.count)), sourceLocation: sourceLocation)
  #expect(entries.map(\.at) == entries.map(\.at).sorted(), sourceLocation: sourceLocation)
  #expect(Set(entries.map(\.nonce)).count == entries.count, sourceLocation: sourceLocation)
  for body in bodies {
    #expect(try JSON(parsing: body).canonical == body, sourceLocation: sourceLocation)
  }
  let checkpoint = try home.checkpoint(await ledger.verifierKey)
  #expect(checkpoint.size == UInt64(bodies.count), sourceLocation: sourceLocation)
  #expect(checkpoint.root == merkleTreeHash(bodies[...]), sourceLocation: sourceLocation)
}
