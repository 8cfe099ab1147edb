import Foundation
import GRDB
import Testing
import TransparencyLog

@testable import AccessCore
@testable import Ledger

@Suite("A state file that was edited")
struct TamperTests {
  /// Eight entries: 0 opens the log; 1 to 3 are a live grant; 4 and 5 a request that is over; 6 and
  /// 7 are history at once.
  private func home() async throws -> Home {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(live)
    try await ledger.append(Sample.submitted(closed), .requestDenied(closed))
    try await ledger.append(Sample.exported(6), Sample.exported(7))
    return home
  }

  private let live = Sample.id("AAAAAAA1")
  private let closed = Sample.id("AAAAAAA2")

  struct Edit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let flaw: Flaw

    init(_ description: String, _ sql: String, _ flaw: Flaw) {
      (testDescription, self.sql, self.flaw) = (description, sql, flaw)
    }
  }

  private static func alter(_ seq: Int) -> String {
    """
    UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), '2026', '2027') AS BLOB)
     WHERE seq = \(seq)
    """
  }

  @Test(
    "a live entry that is not what was signed is named by the next start, and the log goes on",
    arguments: [
      Edit("altered", alter(1), .altered(1)),
      Edit("not JSON any more", "UPDATE entries SET body = x'00' WHERE seq = 3", .altered(3)),
      Edit(
        "another entry's",
        "UPDATE entries SET body = (SELECT body FROM entries WHERE seq = 4) WHERE seq = 2",
        .altered(2)),
      Edit("gone", "DELETE FROM entries WHERE seq = 1", .missing(1)),
    ])
  func liveEntry(_ edit: Edit) async throws {
    let home = try await home()
    try home.edit(edit.sql)
    let ledger = try await home.open()
    let flaws = await ledger.flaws
    #expect(flaws.tree == nil)
    #expect(flaws.entries.contains(edit.flaw))
    #expect(flaws.doubtful == [live])
    #expect(ledger.unwritable == nil)
    let size = try home.checkpoint(await ledger.verifierKey).size
    try await ledger.appendFact(Sample.exported(8))
    #expect(try home.checkpoint(await ledger.verifierKey).size == size + 1)
  }

  @Test("an entry and its leaf that were both altered do not lead to the signed root")
  func withLeaf() async throws {
    let home = try await home()
    try home.edit(
      """
      UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), '15m', '55m') AS BLOB)
       WHERE seq = 2
      """)
    let leaf = Hash.leaf(try home.bodies()[2])
    try home.edit("UPDATE nodes SET hash = x'\(leaf.bytes.hex)' WHERE level = 0 AND position = 2")
    // Which of two leaves under one hash was exchanged, nothing tells any more.
    #expect(await (try home.open()).flaws.entries == [.altered(2), .altered(3)])
    #expect(try await home.scrubbed() == .hashes(2..<4))
  }

  @Test("the last entry is looked at, too: it says how late it is")
  func last() async throws {
    let home = try await home()
    try home.edit(Self.alter(7))
    #expect(await (try home.open()).flaws == Flaws(entries: [.altered(7)]))
  }

  @Test(
    "an end that is not the one that was signed is not signed again",
    arguments: [
      Edit("the tail is cut", "DELETE FROM entries WHERE seq = 7", .missing(7)),
      Edit(
        "one more at the end",
        "INSERT INTO entries SELECT 8, at, kind, request, actor, body FROM entries WHERE seq = 7",
        .unsigned(8)),
      Edit(
        "the root of it all is altered", "UPDATE nodes SET hash = zeroblob(32) WHERE level = 3",
        .hashes(0..<8)),
      Edit("the root of it all is gone", "DELETE FROM nodes WHERE level = 3", .hashes(0..<8)),
      Edit("no checkpoint", "DELETE FROM checkpoint", .checkpoint("it is missing")),
      Edit(
        "an older size",
        "UPDATE checkpoint SET note = replace(note, char(10) || '8' || char(10), char(10) || '7' || char(10))",
        .checkpoint(
          "the signature by jit.example.com/test#1 is wrong: the note was altered, or another key signed it"
        )),
      Edit(
        "the opening is not live", "DELETE FROM live WHERE subject = 'log'",
        .checkpoint("the opening of jit.example.com/test#1 is not among the live entries")),
    ])
  func tree(_ edit: Edit) async throws {
    let home = try await home()
    try home.edit(edit.sql)
    let before = try home.bodies()
    let ledger = try await home.open()
    #expect(await ledger.flaws.tree == edit.flaw)
    #expect(ledger.unwritable == "\(edit.flaw)")
    let refusal = await #expect(throws: Refusal.self) {
      try await ledger.append(Sample.exported(8))
    }
    #expect(refusal?.code == .ledgerUnwritable)
    // What ends access holds all the same.
    let revoking = GrantRevoking(
      cause: .released, due: Sample.time("2026-03-01T09:40:00.000Z"), reason: nil)
    let outcome = try await ledger.appendFact(.grantRevoking(live, revoking))
    #expect(!outcome.durable)
    await ledger.settle()
    #expect(try home.bodies() == before)
  }

  @Test("a checkpoint that another key has signed is not believed")
  func otherKey() async throws {
    let home = try await home()
    let name = try KeyName(Home.origin + "#1")
    let root = merkleTreeHash(try home.bodies()[...])
    let forged = try Checkpoint(origin: name.description, size: 8, root: root)
      .signed(by: NoteSigner(name: name))
    try home.edit("UPDATE checkpoint SET note = '\(forged.description)'")
    #expect(
      await (try home.open()).flaws.tree == .checkpoint("\(NoteError.noKnownSignature)"))
  }

  @Test(
    "old history that is not what was signed is found by the scrub, and named",
    arguments: [
      Edit("altered", alter(4), .altered(4)),
      Edit("not an entry any more", "UPDATE entries SET body = x'7B' WHERE seq = 6", .altered(6)),
      Edit("gone", "DELETE FROM entries WHERE seq = 5", .missing(5)),
      Edit(
        "its leaf altered", "UPDATE nodes SET hash = zeroblob(32) WHERE level = 0 AND position = 5",
        .altered(5)),
      Edit("its leaf gone", "DELETE FROM nodes WHERE level = 0 AND position = 6", .hashes(6..<7)),
      Edit(
        "a hash above it altered",
        "UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND position = 3", .hashes(6..<8)),
      Edit(
        "the column of its time",
        "UPDATE entries SET at = '2026-01-01T00:00:00.000Z' WHERE seq = 5", .columns(5)),
      Edit(
        "the column of its request", "UPDATE entries SET request = NULL WHERE seq = 4", .columns(4)),
      Edit("a live grant left out of the list", "DELETE FROM live WHERE seq = 3", .live),
      Edit(
        "a denied request brought back",
        "INSERT INTO live (subject, seq) VALUES ('request:AAAAAAA2', 4)", .live),
    ])
  func history(_ edit: Edit) async throws {
    let home = try await home()
    #expect(try await home.scrubbed() == nil)
    try home.edit(edit.sql)
    #expect(try await home.scrubbed() == edit.flaw)
  }

  @Test("bytes that were changed in the file itself are found")
  func rawBytes() async throws {
    let home = try await home()
    try home.flushIntoFile()
    var file = try Data(contentsOf: URL(filePath: home.ledgerPath))
    let word = Data(#""format":"jsonl","size":6"#.utf8)
    let place = try #require(file.range(of: word))
    file[place.upperBound - 1] = UInt8(ascii: "9")
    let handle = try FileHandle(forWritingTo: URL(filePath: home.ledgerPath))
    try handle.write(contentsOf: file)
    try handle.close()
    #expect(try await home.scrubbed() == .altered(6))
  }

  @Test("a scrub looks at what was there when it began, page by page, while the ledger grows")
  func pages() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.append((1..<600).map { Sample.exported($0) })
    var scrub = await ledger.scrub()
    #expect(scrub.size == 600)
    var pages = 0
    while !scrub.isDone {
      try await scrub.nextPage()
      try await ledger.append(Sample.exported(0))
      pages += 1
    }
    #expect(scrub.checked == 600 && pages == 3)
    #expect(try await home.scrubbed() == nil)
  }
}

extension Home {
  /// As somebody does it who has the file and knows what the triggers are.
  func edit(_ sql: String) throws {
    try change(
      """
      DROP TRIGGER IF EXISTS entries_no_update;
      DROP TRIGGER IF EXISTS entries_no_delete;
      DROP TRIGGER IF EXISTS entries_only_next;
      \(sql)
      """)
  }

  /// What a scrub after a start finds.
  func scrubbed() async throws -> Flaw? {
    var scrub = await (try open()).scrub()
    do {
      while !scrub.isDone { try await scrub.nextPage() }
      return nil
    } catch let flaw as Flaw { return flaw }
  }
}

extension Ledger {
  /// Three entries of a grant that is being activated.
  func activeGrant(_ id: RequestID) async throws {
    let activating = everyKind.compactMap { entry -> GrantActivating? in
      if case .grantActivating(_, let data) = entry.event { data } else { nil }
    }
    try await append(
      Sample.submitted(id),
      .requestApproved(
        id,
        RequestApproved(
          duration: Sample.span("15m"), lapsesAt: Sample.time("2026-03-01T10:30:00.000Z"), by: [],
          rule: nil)),
      .grantActivating(id, try #require(activating.first)))
  }
}
