import AccessCore
import AccessTesting
import Testing

@testable import Ledger

@Suite("Bounds of an entry")
struct BoundTests {
  private let tooLong = Event.policyRefused(
    PolicyRefused(digest: nil, errors: 1, first: String(repeating: "x", count: 65_536)))

  /// An entry of exactly as many bytes.
  private func event(bytes: Int) throws -> Event {
    func event(_ padding: Int) -> Event {
      .policyRefused(
        PolicyRefused(digest: nil, errors: 1, first: String(repeating: "x", count: padding)))
    }
    let empty = Entry(
      seq: 1, at: ManualClock().now, author: .system, nonce: Array(repeating: 0, count: 16),
      event: event(0))
    return event(bytes - (try EntryCodec.encode(empty).count))
  }

  @Test("65,535 bytes are taken, one more is not")
  func exactly() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.append(try event(bytes: 65_535))
    #expect(try home.bodies().last?.count == 65_535)
    await #expect(throws: Refusal.self) { try await ledger.append(try event(bytes: 65_536)) }
    #expect(try home.count("entries") == 2)
  }

  @Test("an entry that is too large is refused for its own reason, and the disk is not blamed")
  func refused() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let state = ledger.state
    let refusal = await #expect(throws: Refusal.self) { try await ledger.append(tooLong) }
    #expect(refusal?.code == .tooLarge)
    #expect(ledger.unwritable == nil)
    #expect(ledger.state == state)
    #expect(try home.count("entries") == 1)
  }

  @Test("an entry that is too large takes nothing from others in its transaction")
  func amongOthers() async throws {
    let (home, gate) = (try Home(), GroupCommitTests.Gate())
    let ledger = try await home.open(failpoint: gate.pass)
    gate.close()
    async let first = ledger.append(Sample.exported(0))
    try await eventually("the first one is being written") { gate.transactions == 2 }
    async let small = ledger.append(Sample.exported(1))
    async let large = ledger.append(Proposal(by: .system) { [tooLong] _, _ in .success([tooLong]) })
    for _ in 0..<1_000 { _ = ledger.state }
    gate.open()
    _ = try await (first, small)
    let refused = await large
    #expect(throws: Refusal.self) { try refused.get() }
    #expect(try home.count("entries") == 3)
  }

  @Test("a fact that is too large does not stop the ledger")
  func fact() async throws {
    let home = try Home()
    let ledger = try await home.open()
    _ = await ledger.append(
      Proposal(holdingAnywayBy: .system) { [tooLong] _, _ in .success([tooLong]) })
    await ledger.settle()
    try await ledger.append(Sample.exported(1))
    #expect(ledger.unwritable == nil)
    try await expectSound(home, ledger)
  }

  @Test("a clock that goes back does not take the ledger's time back")
  func clockBack() async throws {
    let home = try Home()
    let ledger = try await home.open()
    home.clock.advance(byMs: 60_000)
    try await ledger.append(Sample.exported(1))
    let newest = home.clock.now
    home.clock.setWall(aheadByMs: -3_600_000)
    try await ledger.append(Sample.exported(2))
    #expect(try home.entries().map(\.at).suffix(2) == [newest, newest])
    let reopened = try await home.open()
    try await reopened.append(Sample.exported(3))
    #expect(try home.entries().last?.at == newest)
  }
}
