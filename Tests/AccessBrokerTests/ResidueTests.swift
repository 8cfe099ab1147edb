import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Residue")
struct ResidueTests {
  private static let table = Residue(
    database: "orders", kind: "table", name: "t", note: "owned by the role; it holds data")

  /// A grant that cannot end because of a table.
  private func stuck(_ test: TestBroker) async throws -> RequestID {
    let id = try await test.active()
    await test.orders.obstruct(
      with: Revocation(
        outcome: .stuck(.residue, note: "a table"), fenced: true, sessionsGoneAfterMs: 3,
        residue: [Self.table], found: [Self.table]))
    try await test.sayRelease(id)
    try await test.turn(until: "it is stuck") { try await test.state(id) == "stuck" }
    return id
  }

  @Test("it is in the ledger before anything of it goes")
  func foundFirst() async throws {
    let test = try await TestBroker()
    let id = try await stuck(test)
    // Together with others nothing is cleaned; then alone: once to look, and once to clean.
    #expect(await test.orders.targets.map(\.onlyLooks) == [false, true, false])
    #expect(
      try await test.journal.history().suffix(6) == [
        "grant.revoking", "> revoke", "> revoke", "residue.found", "> revoke", "grant.stuck",
      ])
    try await test.turn(until: "it was tried again") {
      test.clock.advance(byMs: 1_000)
      return await test.orders.targets.count > 3
    }
    #expect(await test.orders.targets.last?.onlyLooks == false)
    #expect(try await test.count(.residueFound) == 1)
    await test.orders.recover()
    try await test.turn(until: "it has ended") {
      test.clock.advance(byMs: 30_000)
      return try await test.state(id) == "ended"
    }
    #expect(try await test.ended(id)?.receipt.residue == [Self.table])
  }

  @Test("whoever may looks at it again, and nothing changes")
  func looking() async throws {
    let test = try await TestBroker()
    let id = try await stuck(test)
    let calls = await test.orders.targets.count
    #expect(try await test.broker.residue(of: id, by: person("olga")).residue == [Self.table])
    #expect(await test.orders.targets.count == calls)
    await expectRefusal(.notAuthorised) {
      try await test.broker.residue(of: id, by: person("alice"))
    }
    await test.orders.fail(.residue, with: ProvisioningError(.unreachable, "no route"))
    await expectRefusal(.databaseUnreachable) { try await test.broker.residue(of: id, by: root) }
  }

  @Test("a decision is in the ledger first; then the revocation goes on, and ends the grant")
  func decided() async throws {
    let test = try await TestBroker()
    let id = try await stuck(test)
    await test.orders.recover()
    let request = try await test.broker.decideResidue(
      of: id, .drop, by: person("olga"), idempotency: nil)
    #expect(request.isClosed)
    #expect(await test.orders.targets.last?.residue == .drop)
    #expect(
      try await test.journal.history().suffix(3) == [
        "residue.decided", "> revoke", "grant.ended",
      ])
  }

  @Test("it is given to a role that is there, and to no other")
  func given() async throws {
    let test = try await TestBroker()
    let id = try await stuck(test)
    await expectRefusal(.unknownRole) {
      try await test.broker.decideResidue(
        of: id, .give(to: "typo"), by: root, idempotency: nil)
    }
    #expect(try await test.count(.residueDecided) == 0)
    await test.orders.recover()
    _ = try await test.broker.decideResidue(
      of: id, .give(to: "app_owner"), by: root, idempotency: nil)
    #expect(await test.orders.targets.last?.residue == .give(to: "app_owner"))
    #expect(try await test.state(id) == "ended")
  }

  @Test("a decision outlives a crash before it took effect")
  func crash() async throws {
    let test = try await TestBroker()
    let id = try await stuck(test)
    _ = try await test.broker.submit(.decideResidue(id, .drop), by: root)
    let after = try await test.afterCrash()
    try await after.turnUntilEnded(id)
    #expect(await after.orders.targets.last?.residue == .drop)
  }

  @Test("a forgotten grant is waited for no longer, and its role is still ours")
  func forgotten() async throws {
    let test = try await TestBroker()
    let id = try await stuck(test)
    let request = try await test.broker.forget(
      id, why: "scrapped", by: person("olga"), idempotency: nil)
    #expect(request.isClosed)
    #expect(try await test.state(id) == "forgotten")
    #expect(test.notices.words.last == "alarm")
    await test.orders.recover()
    await test.broker.reconcile()
    #expect(await test.orders.roles.isEmpty)
    #expect(try await test.count(.orphanFound) == 1)
  }
}
