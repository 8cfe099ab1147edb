import AccessTesting
import Foundation
import Testing

@testable import AccessCore
@testable import Ledger

@Suite("A ledger whose files are taken from under it")
struct DisplacedTests {
  enum Change: CaseIterable {
    case removed, replacedByNothing, replacedByACopy, logRemoved, folderMoved
  }

  private let id = Sample.id("AAAAAAA1")

  private func displace(_ home: Home, _ change: Change) throws {
    let files = FileManager.default
    let (ledger, aside) = (home.ledgerPath, home.path + "/aside")
    switch change {
    case .removed: try files.moveItem(atPath: ledger, toPath: aside)
    case .replacedByNothing:
      try files.moveItem(atPath: ledger, toPath: aside)
      try Data().write(to: URL(filePath: ledger))
    case .replacedByACopy:
      try files.moveItem(atPath: ledger, toPath: aside)
      try files.copyItem(atPath: aside, toPath: ledger)
    case .logRemoved: try files.moveItem(atPath: ledger + "-wal", toPath: aside)
    case .folderMoved: try files.moveItem(atPath: home.path, toPath: home.path + "-aside")
    }
  }

  private func putBack(_ home: Home, _ change: Change) throws {
    let files = FileManager.default
    let (ledger, aside) = (home.ledgerPath, home.path + "/aside")
    switch change {
    case .removed: try files.moveItem(atPath: aside, toPath: ledger)
    case .replacedByNothing, .replacedByACopy:
      try files.removeItem(atPath: ledger)
      try files.moveItem(atPath: aside, toPath: ledger)
    case .logRemoved: try files.moveItem(atPath: aside, toPath: ledger + "-wal")
    case .folderMoved: try files.moveItem(atPath: home.path + "-aside", toPath: home.path)
    }
  }

  @Test(
    "nothing is given on it, facts hold in memory, and are written once it is back",
    arguments: Change.allCases)
  func displaced(_ change: Change) async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(id)
    let size = ledger.state.nextSeq
    try displace(home, change)

    let asked = await ledger.append(
      Proposal(by: .system) { _, _ in .success([.heartbeat]) })
    guard case .failure(let refusal) = asked else {
      Issue.record("it was taken")
      return
    }
    #expect(refusal.code == .ledgerUnwritable)
    let revoking = Event.grantRevoking(
      id,
      GrantRevoking(
        cause: .released, due: Sample.time("2026-03-01T09:40:00.000Z"), reason: nil))
    #expect(try await ledger.appendFact(revoking).durable == false)
    await ledger.settle()
    #expect(ledger.unwritable?.contains("removed or replaced") == true)
    // What it knew is still known, whatever stands at the path now.
    #expect(ledger.state.requests[id] != nil && ledger.state.nextSeq == size + 1)

    try putBack(home, change)
    await ledger.settle()
    #expect(ledger.unwritable == nil)
    let entries = try home.entries()
    #expect(entries.count == Int(size) + 1)
    #expect(entries.last?.event == revoking)
  }

  @Test("it is seen without anybody's writing")
  func seen() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try displace(home, .removed)
    await ledger.settle()
    #expect(ledger.unwritable != nil)
  }
}
