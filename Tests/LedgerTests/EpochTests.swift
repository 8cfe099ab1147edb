import AccessCore
import Foundation
import Testing
import TransparencyLog

@testable import Ledger

@Suite("An old copy of the state")
struct EpochTests {
  private let why = WrittenText("CHG-7 restored", salt: [1], sha256: Sample.sha256)

  private func note(_ ledger: Ledger) async throws -> [UInt8] {
    Array(try #require(await ledger.newestNote).utf8)
  }

  /// A ledger, its newest checkpoint, and a copy of it from before that.
  private func rolledBack() async throws -> (old: Home, published: [UInt8]) {
    let (home, copy) = (try Home(), try Home())
    let ledger = try await home.open()
    try await ledger.append(Sample.exported(1))
    try home.copy(to: copy)
    try await ledger.append(Sample.exported(2))
    return (copy, try await note(ledger))
  }

  @Test("a published checkpoint of now or of before fits")
  func fits() async throws {
    let home = try Home()
    let ledger = try await home.open()
    var published: [[UInt8]] = []
    for size in 1...20 {
      published.append(try await note(ledger))
      try await ledger.append(Sample.exported(Int64(size)))
    }
    let reopened = try await home.open()
    for note in published { #expect(try await reopened.compare(published: note) == .fits) }
  }

  @Test("a published checkpoint that is further shows a rollback")
  func newer() async throws {
    let (old, published) = try await rolledBack()
    #expect(
      try await old.open().compare(published: published)
        == .contradicts("the published checkpoint is of 3 entries, the ledger has 2"))
  }

  @Test("so does one of other entries, also when the ledger is further again")
  func fork() async throws {
    let (old, published) = try await rolledBack()
    let ledger = try await old.open()
    for _ in 0..<3 {
      try await ledger.append(Sample.exported(9))
      #expect(
        try await ledger.compare(published: published)
          == .contradicts("the published checkpoint is of 3 other entries than the ledger's first"))
    }
  }

  @Test(
    "what nobody of ours signed says nothing", arguments: ["", "garbage\n", "other/log#1\n3\n"])
  func notOurs(_ text: String) async throws {
    let home = try Home()
    defer { withExtendedLifetime(home) {} }
    let ledger = try await home.open()
    guard case .notOurs = try await ledger.compare(published: Array(text.utf8)) else {
      Issue.record("believed")
      return
    }
    let (_, published) = try await rolledBack()
    guard case .notOurs = try await ledger.compare(published: published) else {
      Issue.record("another key is believed")
      return
    }
  }

  @Test("the next epoch goes on with tree and key, under its own name, and says why")
  func nextEpoch() async throws {
    let (old, published) = try await rolledBack()
    let ledger = try await old.open()
    let before = try VerifierKey(parsing: await ledger.verifierKey)
    try await ledger.appendFact(.rollbackFound(RollbackFound(seen: "a role")))
    #expect(ledger.state.rollbackSigns == ["a role"])
    _ = try await ledger.beginEpoch(why: why).get()

    for ledger in [ledger, try await old.open()] {
      #expect(ledger.state.rollbackSigns.isEmpty)
      #expect(ledger.state.origin == Home.origin + "#2")
      #expect(await ledger.epoch == 2)
      #expect(try await ledger.compare(published: published) == .fits)
      let key = try VerifierKey(parsing: await ledger.verifierKey)
      #expect(key.name.description == Home.origin + "#2")
      #expect(key.fingerprint == before.fingerprint)
    }
    let accepted = AcceptedRollback(why: why.commitment, seen: ["a role"])
    #expect(
      try old.entries().last?.event
        == .logOpened(LogOpened(origin: Home.origin + "#2", accepted: accepted)))
    #expect(try await ledger.texts(of: [why.commitment]) == [why.commitment: why])
    try await ledger.append(Sample.exported(3))
    try await expectSound(old, ledger)
  }

  @Test("a checkpoint of a later epoch than the copy's shows a rollback, too")
  func laterEpoch() async throws {
    let (home, copy) = (try Home(), try Home())
    let ledger = try await home.open()
    try home.copy(to: copy)
    _ = try await ledger.beginEpoch(why: why).get()
    let published = try await note(ledger)
    #expect(
      try await copy.open().compare(published: published)
        == .contradicts("the published checkpoint is of epoch 2, the ledger of 1"))
  }

  @Test("each checkpoint is announced once it is on disk; who is slow gets the newest")
  func announced() async throws {
    let home = try Home()
    defer { withExtendedLifetime(home) {} }
    let ledger = try await home.open()
    for size in 1...5 { try await ledger.append(Sample.exported(Int64(size))) }
    var notes = ledger.checkpoints.makeAsyncIterator()
    #expect(await notes.next() == ledger.newestNote)
  }
}

extension Home {
  /// Puts a copy of the state as it is now in the place of another one.
  fileprivate func copy(to other: Home) throws {
    try flushIntoFile()
    for name in ["ledger.sqlite", "signing.key"] {
      try FileManager.default.copyItem(
        atPath: "\(path)/\(name)", toPath: "\(other.path)/\(name)")
    }
  }
}
