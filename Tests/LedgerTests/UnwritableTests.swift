import AccessTesting
import GRDB
import Testing

@testable import AccessCore
@testable import Ledger

@Suite("A disk that refuses")
struct UnwritableTests {
  private let id = Sample.id("AAAAAAA1")

  /// Makes every transaction of the writer fail in SQLite, as a full disk does, until `mended`.
  private func breakDisk(_ home: Home) throws {
    try home.change(
      """
      CREATE TRIGGER full BEFORE INSERT ON nodes
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
      """)
  }

  private func mend(_ home: Home) throws {
    try home.change("DROP TRIGGER full")
  }

  private var revoking: Event {
    .grantRevoking(
      id,
      GrantRevoking(
        cause: .released, due: Sample.time("2026-03-01T09:40:00.000Z"), reason: nil))
  }

  private func isRevoking(_ state: State) -> Bool {
    if case .revoking = state.requests[id]?.grant?.stage { true } else { false }
  }

  @Test(
    "a lockdown outlives a disk that refuses and a kill, and becomes one entry", arguments: 1...3)
  func lockdown(_ kills: Int) async throws {
    let home = try Home()
    let everything = Event.lockdownStarted(LockdownChange(range: .everything))
    do {
      let ledger = try await home.open()
      try await ledger.activeGrant(id)
      try breakDisk(home)
      let sam = Sample.caller("sam")
      let outcome = await ledger.append(
        Proposal(holdingAnywayBy: .caller(sam)) { _, _ in .success([everything, self.revoking]) })
      #expect(try !outcome.get().durable)
    }
    for _ in 1..<kills {
      // The process is gone, and the disk still refuses.
      let again = try await home.open()
      #expect(again.state.lockdowns[.everything]?.by == Sample.caller("sam"))
      #expect(again.unwritable != nil)
    }
    try mend(home)
    let ledger = try await home.open()
    await ledger.settle()
    #expect(ledger.unwritable == nil)
    #expect(ledger.state.lockdowns[.everything]?.by == Sample.caller("sam"))
    let lines = try home.bodies().map { String(decoding: $0, as: UTF8.self) }
    #expect(lines.count { $0.contains("lockdown.started") } == 1)

    let lifted = Event.lockdownLifted(LockdownChange(range: .everything))
    _ = try await ledger.append(lifted)
    let last = try await home.open()
    #expect(last.state.lockdowns.isEmpty)
    #expect(last.unwritable == nil)
  }

  @Test("what somebody wants is refused, and nothing has changed")
  func wanted() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(id)
    let (state, bodies) = (ledger.state, try home.bodies())
    try breakDisk(home)
    let refusal = await #expect(throws: Refusal.self) { try await ledger.append(revoking) }
    #expect(refusal?.code == .ledgerUnwritable)
    #expect(ledger.unwritable?.contains("full") == true)
    #expect(ledger.state == state)
    #expect(try home.bodies() == bodies)
  }

  @Test("what has happened holds at once, and is written once when the disk is back")
  func fact() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(id)
    let bodies = try home.bodies()
    try breakDisk(home)
    let outcome = try await ledger.appendFact(revoking)
    #expect(!outcome.durable && outcome.request == id)
    #expect(isRevoking(outcome.state))
    #expect(isRevoking(ledger.state))
    #expect(try home.bodies() == bodies)

    await ledger.settle()
    #expect(ledger.unwritable != nil, "still broken")
    #expect(isRevoking(ledger.state))
    try mend(home)
    await ledger.settle()
    await ledger.settle()
    #expect(ledger.unwritable == nil)
    #expect(try home.bodies().dropLast() == bodies[...])
    #expect(try home.entries().last?.event == revoking)
    try await expectSound(home, ledger)
    let state = ledger.state
    #expect(try await home.open().state == state)
  }

  @Test("facts are owed in order, among wishes that were refused")
  func mixed() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try breakDisk(home)
    for number in 0..<10 {
      try await ledger.appendFact(Sample.exported(Int64(number)))
      await #expect(throws: Refusal.self) { try await ledger.append(Sample.exported(99)) }
    }
    try mend(home)
    try await ledger.append(Sample.exported(10))
    let sizes = try home.entries().compactMap { entry in
      if case .auditExported(let data) = entry.event { data.size } else { nil }
    }
    #expect(sizes == Array(0...10))
    try await expectSound(home, ledger)
  }

  @Test("the first wish after the disk is back is granted")
  func firstAfter() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try breakDisk(home)
    await #expect(throws: Refusal.self) { try await ledger.append(Sample.exported(1)) }
    await ledger.settle()
    try mend(home)
    try await ledger.append(Sample.exported(2))
    try await expectSound(home, ledger)
  }

  @Test("what was written with a fact is written with it later")
  func openings() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(id)
    let reason = WrittenText("INC-7", salt: [1], sha256: Sample.sha256)
    try breakDisk(home)
    _ = try await ledger.append(
      Proposal(holdingAnywayBy: Sample.person("sam"), written: [reason]) { [revoking] _, _ in
        .success([revoking])
      }
    ).get()
    try mend(home)
    await ledger.settle()
    #expect(try await ledger.texts(of: [reason.commitment]) == [reason.commitment: reason])
  }

  @Test("a key that was used while the disk refused is known afterwards")
  func idempotency() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(id)
    let key = IdempotencyKey(
      actor: Sample.name("sam"), key: "k", fingerprint: Sample.digest(1))
    let proposal = Proposal(holdingAnywayBy: Sample.person("sam"), idempotency: key) {
      [revoking] _, _ in .success([revoking])
    }
    try breakDisk(home)
    #expect(try await ledger.append(proposal).get().durable == false)
    let replay = try await ledger.append(proposal).get()
    #expect(replay.isReplay && replay.request == id)
    try mend(home)
    await ledger.settle()
    #expect(try await home.open().append(proposal).get().isReplay)
    try await expectSound(home, ledger)
  }

  @Test("somebody who holds the file's lock for long is waited out")
  func locked() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.activeGrant(id)
    let closed = Sample.id("AAAAAAA2")
    try await ledger.append(Sample.submitted(closed), .requestDenied(closed))
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: home.ledgerPath, configuration: configuration)
    try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }

    let refusal = await #expect(throws: Refusal.self) {
      try await ledger.append(Sample.exported(1))
    }
    #expect(refusal?.code == .ledgerUnwritable)
    let settled = Counter()
    Task {
      await ledger.settle()
      settled.add()
    }
    var reads = 0
    try await eventually("it was tried again, and the lock is still there") {
      _ = ledger.state
      reads += 1
      return settled.value == 1
    }
    #expect(reads > 0, "the state does not wait for the lock of the file")
    #expect(ledger.unwritable != nil)
    #expect(try await ledger.appendFact(revoking).durable == false)
    #expect(isRevoking(ledger.state))
    #expect(try await ledger.request(closed)?.isClosed == true, "history can be read meanwhile")

    try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
    try await ledger.append(Sample.exported(2))
    #expect(try home.entries().suffix(2).map(\.event) == [revoking, Sample.exported(2)])
    try await expectSound(home, ledger)
    let state = ledger.state
    #expect(try await home.open().state == state)
  }
}
