import AccessCore
import Foundation
import GRDB
import TransparencyLog

/// One walk through everything that was there when it began: each body to its leaf, the leaves to
/// the tree, the tree to the root that was signed. It holds one page in memory at a time.
package struct Scrub: Sendable {
  /// How many entries it is to look at, and how many it has found right.
  package let size: Int64
  package private(set) var checked: Int64 = 0

  private let root: Hash
  private let store: Store
  private var frontier = Frontier()

  init(_ store: Store, _ frontier: Frontier) {
    self.store = store
    (size, root) = (Int64(frontier.size), frontier.root)
  }

  package var isDone: Bool { checked == size }

  /// Looks at the next few hundred entries. Throws ``Flaw`` for what is wrong in the file, and
  /// whatever keeps it from being read.
  package mutating func nextPage() async throws {
    let range = checked..<min(size, checked + Limits.scrubPageEntries)
    let begun = frontier
    frontier = try await store.pool.read { db in try Scrub.check(range, after: begun, db) }
    checked = range.upperBound
    // Only hashes that nothing leads to are left: a stored one was exchanged for another.
    if isDone, frontier.root != root { throw Flaw.hashes(0..<size) }
  }

  private static func check(
    _ range: Range<Int64>, after begun: Frontier, _ db: GRDB.Database
  ) throws -> Frontier {
    var frontier = begun
    var expected = range.lowerBound
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT seq, at, kind, request, actor, body FROM entries
         WHERE seq >= ? AND seq < ?
         ORDER BY seq
        """, arguments: [range.lowerBound, range.upperBound])
    while let row = try rows.next() {
      guard row["seq"] == expected else { throw Flaw.missing(expected) }
      guard let body = Data.fromDatabaseValue(row["body"]) else { throw Flaw.altered(expected) }
      for node in try frontier.append(.leaf(body)) {
        try compare(node, with: Store.storedHash(db, node.level, node.index))
      }
      try compareColumns(of: row, with: body, expected)
      expected += 1
    }
    guard expected == range.upperBound else { throw Flaw.missing(expected) }
    return frontier
  }

  /// A leaf that differs tells which entry it is; above it, only which entries it is one of.
  private static func compare(_ node: Frontier.Node, with stored: Hash?) throws {
    guard stored != node.hash else { return }
    let first = Int64(node.index << node.level)
    guard stored != nil, node.level == 0 else {
      throw Flaw.hashes(first..<first + 1 << node.level)
    }
    throw Flaw.altered(first)
  }

  /// Lists and exports look for entries by these.
  private static func compareColumns(of row: Row, with body: Data, _ seq: Int64) throws {
    let json: JSON
    do { json = try JSON(parsing: body) } catch { throw Flaw.altered(seq) }
    let same = ["at", "kind", "request", "actor"].allSatisfy { column in
      json[column]?.text == String.fromDatabaseValue(row[column])
    }
    guard same, json["seq"] == .integer(seq) else { throw Flaw.columns(seq) }
  }
}

extension Ledger {
  /// A walk through what is on disk now.
  package func scrub() -> Scrub { Scrub(reading, frontier) }
}
