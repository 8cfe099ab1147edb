import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker
@testable import Ledger

@Suite("An extension")
struct ExtensionTests {
  @Test("moves the end in the ledger first, then in the database, and nothing ends in between")
  func order() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    let role = test.role(id)
    await test.orders.connect(role, sessions: 2)
    try await test.extend(id, by: "5m")
    let end = test.clock.now + span("15m")
    #expect(await test.orders.roles[role]?.expiresAt == end)
    #expect(try await test.journal.history().suffix(2) == ["grant.extended", "> extend"])

    test.clock.advance(by: span("14m"))
    _ = await test.loop.turn()
    #expect(try await test.state(id) == "active")
    #expect(await test.orders.roles[role]?.sessions == 2)
    test.clock.advance(by: span("1m"))
    try await test.turnUntilEnded(id)
    #expect(try await test.ended(id)?.cause == .expired)
  }

  @Test("that is reviewed takes effect with the last approval, without a further act")
  func reviewed() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    try await test.approve(id)
    try await test.activate(id)
    let more = try await test.extend(id, by: "5m")
    #expect(test.notices.words.contains("waits \(more)"))
    #expect(await test.orders.calls(.extend) == [])
    try await test.approve(more)
    #expect(await test.orders.calls(.extend).map(\.role) == [test.role(id)])
    #expect(test.notices.words.contains("decided \(more)"))
    await expectRefusal(.wrongState) { try await test.activate(more) }
  }

  @Test("repeated with its key is asked once, and applied once")
  func idempotent() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    let key = IdempotencyKey(actor: name("alice"), key: "k", fingerprint: stableDigest([1]))
    let first = try await test.extend(id, by: "5m", key: key)
    #expect(try await test.extend(id, by: "5m", key: key) == first)
    #expect(try await test.count(.grantExtended) == 1)
  }

  @Test("that the database did not learn of is told to it later", arguments: [false, true])
  func toldLater(_ takesEffect: Bool) async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.fail(
      .extend, with: ProvisioningError(.unreachable, "no route"), takesEffect: takesEffect)
    try await test.extend(id, by: "5m")
    let end = test.clock.now + span("15m")
    #expect(await (test.orders.roles[test.role(id)]?.expiresAt == end) == takesEffect)
    await test.broker.reconcile()
    #expect(await test.orders.roles[test.role(id)]?.expiresAt == end)
    // Once it is told, that is enough.
    await test.broker.reconcile()
    #expect(await test.orders.calls(.extend).count == 2)
  }

  @Test("is told to the database after a crash, and with a new password at the latest")
  func afterCrash() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.fail(.extend, with: ProvisioningError(.unreachable, "no route"), times: 2)
    try await test.extend(id, by: "5m")
    let again = try await test.afterCrash()
    await again.orders.plant(test.role(id))
    let end = test.clock.now + span("15m")
    #expect(try await again.ledger.request(id)?.grant?.expiresAt == end)
    try await test.activate(id)
    try await test.activate(id)
    #expect(await test.orders.roles[test.role(id)]?.expiresAt == end)
  }

  @Test("of a role whose end has begun ends the grant")
  func fenced() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await test.orders.fence(test.role(id))
    try await test.extend(id, by: "5m")
    try await test.turnUntilEnded(id)
    #expect(try await test.ended(id)?.cause == .orphaned)
  }

  @Test("and an expiry at the same moment: whichever the ledger has first")
  func race() async throws {
    let test = try await TestBroker()
    let id = try await test.active(for: "10m")
    test.clock.advance(by: span("10m"))
    await expectRefusal(.wrongState) { try await test.extend(id, by: "5m") }
    try await test.turnUntilEnded(id)

    // The loop has seen an expiry, and the extension comes before it can say so.
    let other = try await test.active(for: "10m")
    let (then, boot) = (test.clock.now + span("10m"), test.clock.boot())
    try await test.extend(other, by: "5m")
    await test.broker.record(.expired(other, wall: then, boot))
    #expect(try await test.state(other) == "active")
    #expect(await test.broker.turns.take(for: other) { await test.broker.revokeInTurn(other) })
    #expect(try await test.state(other) == "active")
  }

  @Test("lapses when its grant ends before anybody has answered")
  func lapses() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    try await test.approve(id)
    try await test.activate(id)
    let more = try await test.extend(id, by: "5m")
    try await test.sayRelease(id)
    try await test.turn(until: "it has lapsed") { try await test.state(more) == "lapsed" }
    await expectRefusal(.wrongState) { try await test.approve(more) }
  }

  @Test("takes a ledger that can be written")
  func disk() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    try test.breakDisk()
    await expectRefusal(.ledgerUnwritable) { try await test.extend(id, by: "5m") }
    #expect(await test.orders.calls(.extend) == [])
    try test.mendDisk()
  }
}

extension TestBroker {
  @discardableResult
  fileprivate func extend(
    _ id: RequestID, by duration: String, key: IdempotencyKey? = nil
  ) async throws -> RequestID {
    try await broker.extend(
      id, ExtensionSubmission(duration: duration, reason: broker.written("INC-2")),
      by: person("alice"), idempotency: key
    ).id
  }
}
