import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("A state file that was edited, below a broker")
struct DoubtTests {
  private let noTriggers = """
    DROP TRIGGER entries_no_update;
    DROP TRIGGER entries_no_delete;
    """

  /// The entry that says until when a grant lasts, altered so that it lasts a year longer.
  private func lengthen(_ test: TestBroker, _ id: RequestID) throws {
    try test.change(
      """
      \(noTriggers)
      UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), '"2026-', '"2027-') AS BLOB)
       WHERE kind = 'grant.activating' AND request = '\(id)'
      """)
  }

  @Test("a grant whose entries are not what was signed ends, and nothing is given")
  func liveEntry() async throws {
    let before = try await TestBroker()
    let (edited, other) = (try await before.active(), try await before.active())
    try lengthen(before, edited)
    let test = try await before.afterCrash()
    for name in await before.orders.roles.keys { await test.orders.plant(name) }
    let reason = try #require(await test.broker.issuingStopped())
    let entry = try #require(
      try await before.entries().first {
        $0.event.request == edited && $0.event.kind == .grantActivating
      })
    #expect(reason.hasPrefix("entry \(entry.seq) is not what was signed: keep a copy"))
    await expectRefusal(.issuingStopped) { try await test.ask() }
    try await test.turnUntilEnded(edited)
    #expect(try await test.ended(edited)?.cause == .orphaned)
    #expect(try await test.state(other) == "active", "nothing speaks against this one")
    try await test.sayRelease(other)
    try await test.turnUntilEnded(other)
    #expect(await test.orders.roles.isEmpty)
  }

  @Test("an end of the log that is not what was signed is not signed again, and all can be ended")
  func tail() async throws {
    let before = try await TestBroker()
    let (released, expiring) = (try await before.active(), try await before.active())
    try await before.ask("bob")
    try before.change(
      noTriggers + "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)")
    let test = try await before.afterCrash()
    for name in await before.orders.roles.keys { await test.orders.plant(name) }
    let (size, reason) = (test.ledger.state.nextSeq, await test.broker.issuingStopped())
    #expect(reason?.hasPrefix("entry \(size) is missing: ") == true)
    await expectRefusal(.issuingStopped) { try await test.ask() }
    #expect(try await test.sayRelease(released).durable == false)
    test.clock.advance(by: span("10m"))
    try await test.turn(until: "the server has none of them") {
      await test.orders.roles.isEmpty
    }
    try await test.turn(until: "the broker knows that it is over") {
      try await test.state(expiring) == "ended"
    }
    #expect(try await test.entries().count == Int(size))
  }

  @Test("old history that is not what was signed stops what gives access when the scrub finds it")
  func scrub() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    for _ in 0..<3 { try await test.deny(try await test.ask("alice", "write")) }
    let old = try #require(try await test.entries().last { $0.event.kind == .requestDenied })
    #expect(await test.broker.scrub())
    #expect(await test.broker.standing().scrub.finishedAt == test.clock.now)
    try test.change(noTriggers + "UPDATE entries SET body = x'7B7D' WHERE seq = \(old.seq)")
    try await test.ask()

    #expect(await test.broker.scrub())
    let standing = await test.broker.standing()
    #expect(standing.scrub.flaw == "entry \(old.seq) is not what was signed")
    #expect(standing.scrub.checked < standing.scrub.size)
    #expect(standing.issuingStopped?.contains("entry \(old.seq) is not what was signed") == true)
    #expect(standing.live == 1 && standing.stuck == 0)
    #expect(test.notices.words.last == "alarm")
    await expectRefusal(.issuingStopped) { try await test.ask() }
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
  }

  @Test("a heartbeat is written when nothing else was for an hour")
  func heartbeat() async throws {
    let test = try await TestBroker()
    for round in 1...3 {
      try await test.ask()
      test.clock.advance(by: span("59m"))
      await test.broker.beat()
      #expect(try await test.count(.heartbeat) == round - 1)
      test.clock.advance(by: span("1m"))
      await test.broker.beat()
      await test.broker.beat()
      #expect(try await test.count(.heartbeat) == round)
    }
    try await test.turn(until: "the loop does it, too") {
      test.clock.advance(by: span("1h"))
      return try await test.count(.heartbeat) > 3
    }
    try test.breakDisk()
    test.clock.advance(by: span("2h"))
    await test.broker.beat()
    try test.mendDisk()
  }
}
