import AccessCore
import Foundation
import GRDB
import TransparencyLog

/// One walk through everything that was there when it began: each body to its leaf, the leaves to
/// the tree, the tree to the root that was signed; and all of history to the live state that a start
/// would go on with. It holds one page in memory at a time.
package struct Scrub: Sendable {
  /// How many entries it is to look at, and how many it has found right.
  package let size: Int64
  package private(set) var checked: Int64 = 0

  private let root: Hash
  private let store: Store
  private var frontier = Frontier()
  /// What the entries so far add up to.
  private var state = State()

  init(_ store: Store, _ frontier: Frontier) {
    self.store = store
    (size, root) = (Int64(frontier.size), frontier.root)
  }

  package var isDone: Bool { checked == size }

  /// Looks at the next few hundred entries. Throws ``Flaw`` for what is wrong in the file, and
  /// whatever keeps it from being read.
  package mutating func nextPage() async throws {
    let range = checked..<min(size, checked + Limits.scrubPageEntries)
    let begun = (frontier, state)
    (frontier, state) = try await store.pool.read { db in
      try Scrub.check(range, after: begun, db)
    }
    checked = range.upperBound
    guard isDone else { return }
    // Only hashes that nothing leads to are left: a stored one was exchanged for another.
    if frontier.root != root { throw Flaw.hashes(0..<size) }
    try await compareLive()
  }

  /// Which entries a start reads is signed by nobody: an entry that is left out there, the end of a
  /// token say, would be undone.
  private func compareLive() async throws {
    let (size, state) = (size, state)
    try await store.pool.read { db in
      var state = state
      // What came since the walk began.
      let rows = try Row.fetchCursor(
        db, sql: "SELECT body FROM entries WHERE seq >= ? ORDER BY seq", arguments: [size])
      while let row = try rows.next() {
        if let entry = try EntryCodec.decode(row[0] as Data) { state.apply(entry) }
      }
      let live = try Store.live(db).compactMap { try $0.body.flatMap { try EntryCodec.decode($0) } }
      guard State(of: live, nextSeq: state.nextSeq, newest: state.newest) == state else {
        throw Flaw.live
      }
    }
  }

  private static func check(
    _ range: Range<Int64>, after begun: (frontier: Frontier, state: State), _ db: GRDB.Database
  ) throws -> (Frontier, State) {
    var (frontier, state) = begun
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
      if let entry = try EntryCodec.decode(body) { state.apply(entry) }
      expected += 1
    }
    guard expected == range.upperBound else { throw Flaw.missing(expected) }
    return (frontier, state)
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
