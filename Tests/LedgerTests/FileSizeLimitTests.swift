import AccessTesting
import Glibc
import Testing

@testable import AccessCore
@testable import Ledger

/// A real refusal of the kernel, which anybody can bring about for a process of their own: no file
/// may grow beyond a size (setrlimit(2)), so every write of SQLite fails.
@Suite("A disk on which nothing can be written")
struct FileSizeLimitTests {
  @Test("wishes are refused, facts hold, and all of it is there when writes succeed again")
  func refusesAndRecovers() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let home = try Home()
      let ledger = try await home.open()
      let id = Sample.id("AAAAAAA1")
      try await ledger.activeGrant(id)
      let before = try home.bodies()

      limitFiles(to: 0)
      let refusal = await #expect(throws: Refusal.self) {
        try await ledger.append(Sample.exported(1))
      }
      #expect(refusal?.code == .ledgerUnwritable)
      #expect(try await ledger.appendFact(revoking(id)).durable == false)
      #expect(ledger.unwritable != nil)
      #expect(try await ledger.request(id) != nil, "reading goes on")

      limitFiles(to: rlim_t.max)
      await ledger.settle()
      #expect(ledger.unwritable == nil)
      #expect(try Array(home.bodies().prefix(before.count)) == before)
      #expect(try home.entries().last?.event == revoking(id))
      try await ledger.append(Sample.exported(2))
      try await expectSound(home, ledger)
    }
  }

  @Test("what was acknowledged before is there after a kill")
  func killed() async throws {
    let folder = try TemporaryDirectory()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let clock = ManualClock()
      let ledger = try await Ledger(
        in: StateDirectory(taking: path + "/state"), origin: Home.origin, clock: clock.wall)
      try await ledger.append(Sample.exported(1))
      limitFiles(to: 0)
      await #expect(throws: Refusal.self) { try await ledger.append(Sample.exported(2)) }
      #expect(try await ledger.appendFact(Sample.exported(3)).durable == false)
      kill(getpid(), SIGKILL)
    }
    let clock = ManualClock()
    let ledger = try await Ledger(
      in: StateDirectory(taking: folder.path + "/state"), origin: Home.origin, clock: clock.wall)
    #expect(await ledger.flaws == Flaws())
    #expect(ledger.state.nextSeq == 2, "the opening, and the one that was acknowledged")
    #expect(try await ledger.append(Sample.exported(4)).durable)
  }
}

private func revoking(_ id: RequestID) -> Event {
  .grantRevoking(
    id,
    GrantRevoking(cause: .released, due: Sample.time("2026-03-01T09:40:00.000Z"), reason: nil))
}

private func limitFiles(to bytes: rlim_t) {
  var limit = rlimit(rlim_cur: bytes, rlim_max: rlim_t.max)
  #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
}
