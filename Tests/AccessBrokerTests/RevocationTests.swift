import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Revocation")
struct RevocationTests {
  @Test("a grant ends when the wall clock says so, and not before")
  func byWallClock() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    await test.orders.connect(test.role(id), sessions: 3)
    test.clock.advance(byMs: 599_999)
    #expect(await test.loop.turn() == 1, "it is due in a millisecond")
    #expect(await test.orders.calls(.revoke).isEmpty)
    test.clock.advance(byMs: 1)
    try await test.turnUntilEnded(id)
    #expect(
      try await test.journal.history().suffix(3) == ["grant.revoking", "> revoke", "grant.ended"])
    let ended = try #require(try await test.ended(id))
    #expect(ended.cause == .expired)
    #expect(ended.receipt.sessionsEnded == 3 && ended.receipt.verified)
    #expect(ended.receipt.overrunMs == 5, "as long as the server took")
  }

  @Test("a wall clock that is set back does not make it longer")
  func byBootClock() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    test.clock.setWall(aheadByMs: -86_400_000)
    test.clock.advance(byMs: 600_002)
    try await test.turnUntilEnded(id)
    #expect(try await test.ended(id)?.cause == .expired)
    #expect(try await test.ended(id)?.receipt.overrunMs == 7)
  }

  @Test("a wall clock that is set forward ends it")
  func forward() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    test.clock.setWall(aheadByMs: 600_000)
    try await test.turnUntilEnded(id)
  }

  @Test("a restart of the machine leaves the wall clock, which still ends it")
  func reboot() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    test.clock.reboot(as: "boot-2")
    test.clock.advance(byMs: 599_999)
    _ = await test.loop.turn()
    #expect(try await test.state(id) == "active")
    test.clock.advance(byMs: 1)
    try await test.turnUntilEnded(id)
  }

  @Test("who gives it back or takes it back is answered when it has ended")
  func early() async throws {
    for (command, who, cause) in [
      (Command.release, "alice", Cause.released),
      ({ .revoke($0, reason: WrittenText("x", salt: [], sha256: stableDigest)) }, "sam", .revoked),
    ] as [(@Sendable (RequestID) -> Command, String, Cause)] {
      let test = try await TestBroker()
      let id = try await test.active()
      async let answer = test.broker.end(command(id), by: person(who), idempotency: nil)
      try await test.turnUntilEnded(id)
      let (request, durable) = try await answer
      #expect(durable && request.isClosed)
      #expect(try await test.ended(id)?.cause == cause)
    }
  }

  @Test("an obstacle is one entry and one alarm, however often it is met")
  func stuckOnce() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.locked, note: "a lock"), fenced: false, sessionsGoneAfterMs: nil))
    let released = test.clock.now
    try await test.sayRelease(id)
    try await test.turn(until: "it was tried five times") {
      test.clock.advance(byMs: 500)
      return await test.orders.calls(.revoke).count >= 5
    }
    #expect(try await test.state(id) == "stuck")
    #expect(try await test.count(.grantStuck) == 1)
    #expect(test.notices.words.filter { $0 == "stuck \(id)" }.count == 1)

    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.residue, note: "a table"), fenced: true, sessionsGoneAfterMs: 20))
    try await test.turn(until: "the other obstacle is an entry") {
      test.clock.advance(byMs: 10_000)
      return try await test.count(.grantStuck) == 2
    }
    let seen = test.clock.now
    test.clock.advance(by: span("1h"))
    await test.orders.recover()
    try await test.turn(until: "it has ended") {
      test.clock.advance(byMs: 10_000)
      return try await test.state(id) == "ended"
    }
    #expect(try await test.count(.grantStuck) == 2)
    let overrun = try #require(try await test.ended(id)).receipt.overrunMs
    #expect(
      overrun <= seen - released + 20,
      "it was over when the fence and no session were first observed")
  }

  @Test("what is stuck is tried again after delays that grow to 30 seconds")
  func backoff() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.unreachable, note: "no route"), fenced: false, sessionsGoneAfterMs: nil))
    try await test.sayRelease(id)
    var delays: [Int64] = []
    for attempt in 1...12 {
      let ceiling = min(Limits.retryMaxMs, Limits.retryFirstMs << Int64(attempt - 1))
      let before = await test.orders.calls(.revoke).count
      var waited: Int64 = 0
      while await test.orders.calls(.revoke).count == before {
        try #require(waited <= 2 * ceiling, "try \(attempt) never came")
        test.clock.advance(byMs: waited == 0 && attempt == 1 ? 0 : ceiling / 16)
        waited += ceiling / 16
        _ = await test.loop.turn()
        try await settle(test.loop, id)
      }
      delays.append(waited)
    }
    for (attempt, delay) in delays.enumerated().dropFirst() {
      let ceiling = min(Limits.retryMaxMs, Limits.retryFirstMs << Int64(attempt - 1))
      #expect(delay >= ceiling / 2 - ceiling / 8 && delay <= ceiling + ceiling / 4, "\(delays)")
    }
    #expect(try await test.count(.grantStuck) == 1)
  }

  @Test("where a fenced role waits for the server to have room, the next try comes after minutes")
  func noRoom() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.exhausted, note: "no locks"), fenced: true, sessionsGoneAfterMs: 7))
    try await test.sayRelease(id)
    func turn() async throws -> Int {
      _ = await test.loop.turn()
      try await settle(test.loop, id)
      return await test.orders.calls(.revoke).count
    }
    var first = 0
    for _ in 0..<100 where first == 0 { first = try await turn() }
    #expect(first > 0)
    // The usual delay has long passed.
    test.clock.advance(byMs: 2 * Limits.retryMaxMs)
    #expect(try await turn() == first)
    test.clock.advance(byMs: Limits.retryExhaustedMs)
    #expect(try await turn() > first)
  }

  /// Returns when what the loop has started for the grant has come to its end.
  private func settle(_ loop: RevocationLoop, _ id: RequestID) async throws {
    try await eventually("the attempt is over") { await !loop.running.contains(id) }
  }

  @Test("a database that hangs holds up no other one")
  func hangingDatabase() async throws {
    let test = try await TestBroker()
    var hanging: [RequestID] = []
    for _ in 0..<20 { hanging.append(try await test.active()) }
    let other = try await test.active("bob", on: "stock_PROD")
    await test.orders.hang(.revoke)
    test.clock.advance(by: span("10m"))
    try await test.turnUntilEnded(other)
    #expect(await test.orders.hangingCount(.revoke) > 0)
    await test.orders.letGo(.revoke)
    for id in hanging { try await test.turnUntilEnded(id) }
  }

  @Test("on one database a bounded number of batches runs at once; the rest is the next one")
  func atOnce() async throws {
    let test = try await TestBroker()
    await test.orders.hang(.revoke)
    let max = Limits.revocationBatchesPerDatabaseMax
    for number in 1...max {
      try await test.sayRelease(try await test.active())
      try await test.turn(until: "it hangs") {
        await test.orders.hangingCount(.revoke) == number
      }
    }
    var ids: [RequestID] = []
    for _ in 0..<20 { ids.append(try await test.active()) }
    for id in ids { try await test.sayRelease(id) }
    for _ in 0..<10 { _ = await test.loop.turn() }
    #expect(await test.orders.batches.map(\.count) == Array(repeating: 1, count: max))
    await test.orders.letGo(.revoke)
    for id in ids { try await test.turnUntilEnded(id) }
    #expect(await test.orders.batches.dropFirst(max).map(\.count).max() == 20)
    #expect(await test.orders.calls(.revoke).count == max + 20, "each of them once")
  }

  @Test("somebody's word comes before what is merely over")
  func urgency() async throws {
    let test = try await TestBroker()
    for _ in 0..<3 { try await test.active() }
    let revoked = try await test.active(for: "1h")
    test.clock.advance(by: span("10m"))
    try await test.sayRevoke(revoked)
    try await test.turnUntilEnded(revoked)
    #expect(await test.orders.batches.first?.count == 4)
    #expect(await test.orders.batches.first?.first == test.role(revoked))
  }

  @Test("what did not go together with others is tried by itself at once")
  func aside() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    await test.orders.connect(test.role(id), sessions: 3)
    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.locked, note: "a lock"), fenced: true, sessionsGoneAfterMs: 70,
        sessionsEnded: 2), times: 1)
    test.clock.advance(by: span("10m"))
    try await test.turnUntilEnded(id)
    #expect(
      try await test.journal.history().suffix(4)
        == ["grant.revoking", "> revoke", "> revoke", "grant.ended"])
    let receipt = try #require(try await test.ended(id)).receipt
    #expect(receipt.sessionsEnded == 5, "both attempts count")
    #expect(receipt.overrunMs == 70, "the first one saw that it was over")
  }

  @Test("who is at work on a role delays the end of that one only")
  func taken() async throws {
    let test = try await TestBroker()
    let (busy, other) = (try await test.active(), try await test.active())
    await test.orders.hang(.reissue)
    let reissue = Task { try await test.activate(busy) }
    try await eventually("it hangs") { await test.orders.hangingCount(.reissue) == 1 }
    test.clock.advance(by: span("10m"))
    try await test.turnUntilEnded(other)
    #expect(try await test.state(busy) != "ended")
    await test.orders.letGo(.reissue)
    _ = await reissue.result
    try await test.turnUntilEnded(busy)
  }

  @Test("activations that hang do not hold up a revocation on the same database")
  func hangingActivations() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    await test.orders.hang(.create)
    let count = Limits.revocationsAlonePerDatabaseMax + 4
    for _ in 0..<count {
      let other = try await test.ask("bob")
      Task { try await test.activate(other, by: "bob") }
    }
    try await eventually("all of them hang") { await test.orders.hangingCount(.create) == count }
    _ = await test.loop.turn()
    test.clock.advance(by: span("10m"))
    try await test.turnUntilEnded(id)
    await test.orders.letGo(.create)
  }

  @Test("after a crash the revocation that was under way goes on")
  func crash() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    try await test.sayRevoke(id)
    let next = try await test.afterCrash()
    await next.orders.plant(next.role(id), sessions: 1)
    try await next.turnUntilEnded(id)
    #expect(await next.orders.roles.isEmpty)
    #expect(try await next.ended(id)?.cause == .revoked)
  }

  @Test("a request that nobody answers or activates in time lapses")
  func lapses() async throws {
    let test = try await TestBroker()
    let (pending, approved) = (try await test.ask("alice", "write"), try await test.ask())
    test.clock.advance(by: span("1h"))
    try await test.turn(until: "one has lapsed") { try await test.state(approved) == "lapsed" }
    #expect(try await test.state(pending) == "pending")
    test.clock.advance(by: span("3h"))
    try await test.turn(until: "both have") { try await test.state(pending) == "lapsed" }
  }
}
