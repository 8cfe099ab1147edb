import AccessCore
import AccessTesting
import Foundation
import GRDB
import Testing

@testable import Ledger

@Suite("A backup")
struct BackupTests {
  private let clock: @Sendable () -> Timestamp = { Sample.time("2026-03-02T00:00:00.000Z") }

  private func restored(
    _ backup: String, besides home: Home, origin: String = Home.origin
  ) async throws -> (directory: StateDirectory, backup: Backup) {
    let directory = try StateDirectory(taking: home.folder.path + "/restored")
    return (directory, try await directory.restore(backup, origin: origin, clock: clock))
  }

  @Test("is made while the ledger goes on, and is verified to its last entry")
  func made() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for size in 1...600 { try await ledger.append(Sample.exported(Int64(size))) }
    async let backup = ledger.backup(to: home.path + "/copy")
    for size in 601...700 { try await ledger.append(Sample.exported(Int64(size))) }
    let made = try await backup
    #expect((601...701).contains(made.size))
    #expect(made.origin == Home.origin + "#1")
    try await expectSound(home, ledger)
  }

  @Test("goes into an empty state with every entry and the same key, and is not trusted to be new")
  func comesBack() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for size in 1...40 { try await ledger.append(Sample.exported(Int64(size))) }
    let made = try await ledger.backup(to: home.path + "/copy")
    let (directory, backup) = try await restored(home.path + "/copy", besides: home)
    #expect(backup == made)

    let again = try await Ledger(in: directory, origin: Home.origin, clock: clock)
    #expect(await again.verifierKey == ledger.verifierKey)
    #expect(await again.flaws == Flaws())
    #expect(again.state.rollbackSigns.count == 1)
    let entries = try await again.exportPage(Selection(size: made.size), from: 0, as: .jsonl)
    #expect(try entries?.bytes == home.bodies().flatMap { $0 + [0x0A] })
    let file = try Data(contentsOf: URL(filePath: directory.ledgerPath))
    let key = try Data(contentsOf: URL(filePath: home.directory.signingKeyPath))
    #expect(file.range(of: key) == nil, "the key is in its own file only")
  }

  @Test("of which a byte was changed is refused, and the entry is named; the state stays empty")
  func altered() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for size in 1...40 { try await ledger.append(Sample.exported(Int64(size))) }
    let copy = home.path + "/copy"
    _ = try await ledger.backup(to: copy)
    let file = try DatabaseQueue(path: copy)
    try await file.write { db in
      try db.execute(sql: "DROP TRIGGER entries_no_update")
      try db.execute(
        sql: "UPDATE entries SET body = CAST(replace(body, 'jsonl', 'jsonx') AS BLOB) WHERE seq = 7"
      )
    }
    try file.close()
    let directory = try StateDirectory(taking: home.folder.path + "/refused")
    await #expect(throws: Flaw.altered(7)) {
      try await directory.restore(copy, origin: Home.origin, clock: clock)
    }
    #expect(!FileManager.default.fileExists(atPath: directory.ledgerPath))
    #expect(!FileManager.default.fileExists(atPath: directory.signingKeyPath))
  }

  @Test("of another origin, or into a state that has a ledger, is refused")
  func misplaced() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let copy = home.path + "/copy"
    _ = try await ledger.backup(to: copy)
    await #expect(throws: BackupError.self) {
      try await restored(copy, besides: home, origin: "other.example/x")
    }
    let (directory, _) = try await restored(copy, besides: home)
    await #expect(throws: AlreadyThere.self) {
      try await directory.restore(copy, origin: Home.origin, clock: clock)
    }
  }

  @Test("that was cut off leaves a copy with the key, which the next start removes")
  func unfinished() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let copy = ledger.temporaryPath("0123456789abcdef")
    _ = try await ledger.backup(to: copy)
    #expect(FileManager.default.fileExists(atPath: copy))
    _ = try await home.open()
    #expect(!FileManager.default.fileExists(atPath: copy))
  }
}
