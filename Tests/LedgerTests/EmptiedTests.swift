import AccessTesting
import Foundation
import Testing
import TransparencyLog

@testable import AccessCore
@testable import Ledger

@Suite("A state that was emptied")
struct EmptiedTests {
  private func note(_ ledger: Ledger) async throws -> [UInt8] {
    Array(try #require(await ledger.newestNote).utf8)
  }

  /// A state that had a history, from which files are gone.
  private func emptied(of names: String...) async throws -> (home: Home, published: [UInt8]) {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.append(Sample.exported(1))
    let published = try await note(ledger)
    try await ledger.close()
    for name in try FileManager.default.contentsOfDirectory(atPath: home.path)
    where names.contains(where: { name.hasPrefix($0) }) {
      try FileManager.default.removeItem(atPath: "\(home.path)/\(name)")
    }
    return (home, published)
  }

  private let keySign = "there is a signing key, but no entry that it signed"

  @Test("a ledger file that is gone is a rollback, at the next start as well")
  func gone() async throws {
    let (home, _) = try await emptied(of: "ledger.sqlite")
    #expect(await (try home.open()).state.rollbackSigns == [keySign])
    #expect(await (try home.open()).state.rollbackSigns == [keySign])
    #expect(try home.entries().map(\.event.kind) == [.logOpened, .rollbackFound])
  }

  @Test("so is one of no bytes")
  func truncated() async throws {
    let (home, _) = try await emptied(of: "ledger.sqlite")
    try Data().write(to: URL(filePath: home.ledgerPath))
    #expect(await (try home.open()).state.rollbackSigns == [keySign])
  }

  @Test("so is one in whose tables nothing is")
  func noEntries() async throws {
    let (home, _) = try await emptied(of: "ledger.sqlite")
    // As a start makes them before the first entry.
    try Store(home.ledgerPath).close()
    #expect(try home.count("entries") == 0)
    #expect(await (try home.open()).state.rollbackSigns == [keySign])
  }

  @Test("without its key, what was published last still tells, and of which epoch it was")
  func published() async throws {
    let (home, published) = try await emptied(of: "ledger.sqlite", "signing.key")
    let note = String(decoding: published, as: UTF8.self).replacing("test#1\n", with: "test#4\n")
    let ledger = try await home.open(published: Array(note.utf8))
    #expect(
      ledger.state.rollbackSigns == [
        "a checkpoint of epoch 4 is published, but there is no entry"
      ])
    let why = WrittenText("CHG-7", salt: [1], sha256: Sample.sha256)
    _ = try await ledger.beginEpoch(why: why).get()
    #expect(await ledger.epoch == 5, "no name of before is used again")
    #expect(await (try home.open()).state.rollbackSigns == [])
  }

  @Test("what another log published is no sign")
  func another() async throws {
    let home = try Home()
    let note = Array("jit.example.com/other#1\n3\n".utf8)
    #expect(await (try home.open(published: note)).state.rollbackSigns == [])
  }

  @Test("lockdowns that were kept stay in force, and are a sign")
  func lockdowns() async throws {
    let home = try Home()
    let entry = Entry(
      seq: 57, at: home.clock.now, author: .caller(Sample.caller("sam")),
      nonce: Array(repeating: 1, count: 16),
      event: .lockdownStarted(LockdownChange(range: .everything)))
    try home.directory.lockdowns.prepare()
    try home.directory.lockdowns.keep([entry])
    let ledger = try await home.open()
    #expect(
      ledger.state.rollbackSigns == ["a lockdown is kept, but no entry of before it"])
    #expect(ledger.state.lockdowns[.everything] != nil)
    await ledger.settle()
    #expect(await (try home.open()).state.lockdowns[.everything] != nil)
    #expect(
      try home.entries().map(\.event.kind) == [.logOpened, .rollbackFound, .lockdownStarted])
  }

  @Test("a first start that is cut off before its first entry is none")
  func cutOffBefore() async throws {
    let home = try Home()
    let file = URL(filePath: home.path + "/signing.key.first")
    try Data(repeating: 7, count: 32).write(to: file)
    #expect(chmod(file.path, 0o600) == 0)
    let ledger = try await home.open()
    #expect(ledger.state.rollbackSigns == [])
    #expect(FileManager.default.fileExists(atPath: home.directory.signingKeyPath))
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test("nor is one that is cut off right after it: the key takes its place at the next start")
  func cutOffAfter() async throws {
    let home = try Home()
    let first = try await home.open()
    let key = await first.verifierKey
    try await first.close()
    try FileManager.default.moveItem(
      atPath: home.directory.signingKeyPath, toPath: home.directory.signingKeyPath + ".first")
    let again = try await home.open()
    #expect(await again.verifierKey == key)
    #expect(again.state.rollbackSigns == [])
    try await again.append(Sample.exported(1))
    #expect(FileManager.default.fileExists(atPath: home.directory.signingKeyPath))
  }
}
