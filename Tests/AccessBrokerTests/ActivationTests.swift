import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("Activation")
struct ActivationTests {
  @Test("each intent is on disk before its effect, and LOGIN comes last")
  func order() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    let credentials = try await test.activate(id)
    #expect(
      try await test.journal.history() == [
        "log.opened", "policy.loaded", "request.submitted", "request.approved",
        "grant.activating", "> create", "grant.activated", "> enableLogin",
      ])
    let role = try #require(await test.orders.roles[test.role(id)])
    #expect(role.login)
    #expect(credentials.secret?.reveal() == role.passwords.last)
    #expect(credentials.user == role.identity.name)
    #expect(credentials.expiresAt == test.clock.now + span("10m"))
  }

  @Test("a new password is recorded before it is set, and the grant lasts no longer")
  func reissue() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    let first = try await test.activate(id)
    test.clock.advance(by: span("5m"))
    let second = try await test.activate(id)
    #expect(try await test.journal.history().suffix(2) == ["credential.reissued", "> reissue"])
    #expect(second.secret?.reveal() != first.secret?.reveal())
    #expect(second.expiresAt == first.expiresAt)
  }

  @Test("a repeated key does nothing and returns no secret")
  func replay() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    let key = IdempotencyKey(
      actor: name("alice"), key: "k", fingerprint: stableDigest(Array("activate".utf8)))
    #expect(try await test.activate(id, key: key).secret != nil)
    let replay = try await test.activate(id, key: key)
    #expect(replay.secret == nil)
    #expect(replay.user == test.role(id))
    #expect(await test.orders.acts.count == 2, "create and enableLogin, once")
    #expect(try await test.count(.credentialReissued) == 0)
  }

  @Test("what failed is undone and verified, and the request is approved again")
  func failed() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.fail(.create, with: ProvisioningError(.refused, "no such scope"))
    await expectRefusal(.databaseRefused) { try await test.activate(id) }
    #expect(
      try await test.journal.history().suffix(4) == [
        "grant.activating", "> create", "> revoke", "grant.failed",
      ])
    #expect(try await test.state(id) == "approved")
    try await test.activate(id)
    #expect(try await test.state(id) == "active")
  }

  @Test("a role that was made although the reply got lost is removed")
  func lostReply() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.fail(
      .create, with: ProvisioningError(.unreachable, "connection reset"), takesEffect: true)
    await expectRefusal(.databaseUnreachable) { try await test.activate(id) }
    #expect(await test.orders.roles.isEmpty)
    #expect(try await test.state(id) == "approved")
  }

  @Test("while it cannot be undone it is being activated, and the loop finishes it")
  func undoneLater() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    let unreachable = ProvisioningError(.unreachable, "no route")
    await test.orders.fail(.create, with: unreachable, takesEffect: true)
    await test.orders.fail(.revoke, with: unreachable, times: 2)
    await expectRefusal(.databaseUnreachable) { try await test.activate(id) }
    #expect(try await test.state(id) == "activating")
    #expect(try await test.count(.grantFailed) == 0)
    await expectRefusal(.wrongState) { try await test.activate(id) }
    try await test.turn(until: "it is approved again") {
      test.clock.advance(byMs: 100)
      return try await test.state(id) == "approved"
    }
    #expect(await test.orders.calls(.revoke).count == 3)
    #expect(await test.orders.roles.isEmpty)
  }

  @Test("LOGIN stays off when the grant was revoked while the role was made")
  func revokedMeanwhile() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.journal.at(.create) {
      await #expect(throws: Never.self) { try await test.sayRevoke(id) }
    }
    await expectRefusal(.wrongState) { try await test.activate(id) }
    #expect(await test.orders.calls(.enableLogin).isEmpty)
    try await test.turnUntilEnded(id)
    #expect(await test.orders.roles.isEmpty)
    #expect(try await test.count(.grantActivated) == 0)
  }

  @Test("LOGIN stays off when the time was over before the role was made")
  func overMeanwhile() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.journal.at(.create) { test.clock.advance(by: span("10m")) }
    await expectRefusal(.wrongState) { try await test.activate(id) }
    #expect(await test.orders.calls(.enableLogin).isEmpty)
    try await test.turnUntilEnded(id)
  }

  @Test("LOGIN stays off while the entry is not on disk, and comes with the next password")
  func notDurable() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.journal.at(.create) { #expect(throws: Never.self) { try test.breakDisk() } }
    await #expect(throws: Refusal.self) { try await test.activate(id) }
    #expect(await test.orders.calls(.enableLogin).isEmpty)
    await expectRefusal(.ledgerUnwritable) { try await test.activate(id) }
    #expect(await test.orders.roles[test.role(id)]?.login == false)
    try test.mendDisk()
    await test.ledger.settle()
    #expect(try await test.activate(id).secret != nil)
    #expect(try await test.journal.history().suffix(2) == ["credential.reissued", "> reissue"])
  }

  @Test("LOGIN that could not be switched on comes with the next try")
  func loginFailed() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.fail(.enableLogin, with: ProvisioningError(.unreachable, "reset"))
    await expectRefusal(.databaseUnreachable) { try await test.activate(id) }
    #expect(try await test.state(id) == "active")
    try await test.activate(id)
    #expect(await test.orders.roles[test.role(id)]?.login == true)
  }

  @Test("an activation goes on when its caller goes away")
  func callerGone() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.hang(.create)
    let caller = Task { try await test.activate(id) }
    try await eventually("the role is being made") {
      await test.orders.hangingCount(.create) == 1
    }
    caller.cancel()
    await test.orders.letGo(.create)
    try await eventually("it is active") { try await test.state(id) == "active" }
  }

  @Test("two activations at once do not touch the role at the same time")
  func simultaneous() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.hang(.create)
    async let first = test.activate(id)
    try await eventually("the role is being made") {
      await test.orders.hangingCount(.create) == 1
    }
    async let second = test.activate(id)
    await test.orders.letGo(.create)
    let secrets = try await [first, second].compactMap { $0.secret?.reveal() }
    #expect(Set(secrets).count == 2)
    #expect(
      await test.orders.acts.map(\.operation) == [.create, .enableLogin, .reissue],
      "one makes the role, the other one sets a new password")
  }

  @Test("after a crash before LOGIN nothing is left, and the request is approved again")
  func crash() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    await test.orders.hang(.create)
    Task { try await test.activate(id) }
    try await eventually("the role is being made") {
      await test.orders.hangingCount(.create) == 1
    }
    let copy = try await test.afterCrash()
    await copy.orders.plant(copy.role(id))
    try await copy.turn(until: "it is approved again") { try await copy.state(id) == "approved" }
    #expect(await copy.orders.roles.isEmpty)
    await test.orders.letGo(.create)
  }
}
