import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Rotating the broker's own secret")
struct RotationTests {
  private let orders: CredentialName = name("orders")

  /// Both databases show the same secret, each to its own server.
  private static let shared = testPolicy.replacing("credential:stock", with: "credential:orders")
  private static let unreachable = ProvisioningError(.unreachable, "no route")
  private static let refused = ProvisioningError(.refused, "a hook says no")

  @Test("keeps the next secret, says so in the ledger, teaches the server, and settles")
  func order() async throws {
    let test = try await TestBroker()
    let rotated = try await test.broker.rotate("orders_PROD", by: person("olga"))
    #expect(rotated.databases == [name("orders_PROD")])
    let secret = try #require(await test.orders.adminSecrets.first).reveal()
    #expect(test.credentials.present(orders) == secret && secret.utf8.count == 64)
    #expect(try test.credentials.next(orders) == nil)
    #expect(try await test.journal.history().suffix(2) == ["credential.rotated", "> rotate"])
    #expect(await test.stock.adminSecrets.isEmpty)
  }

  @Test("everything that shares a secret learns the new one")
  func sharing() async throws {
    let test = try await TestBroker(policy: Self.shared)
    let rotated = try await test.broker.rotate("stock_PROD", by: root)
    #expect(rotated.databases == [name("orders_PROD"), name("stock_PROD")])
    #expect(
      await test.orders.adminSecrets.map { $0.reveal() } == [test.credentials.present(orders)])
    #expect(await test.stock.adminSecrets.map { $0.reveal() } == [test.credentials.present(orders)])
  }

  @Test("a login for apply that shares a secret learns it, too, and one of its own is left alone")
  func applier() async throws {
    let sharing = try await TestBroker(policy: Self.applying(with: "orders"))
    _ = try await sharing.broker.rotate("orders_PROD", by: root)
    #expect(
      await sharing.stock.adminSecrets.map { $0.reveal() } == [sharing.credentials.present(orders)])
    let apart = try await TestBroker(policy: Self.applying(with: "stock-apply"))
    _ = try await apart.broker.rotate("stock_PROD", by: root)
    #expect(await apart.stock.adminSecrets.count == 1)
    #expect(await apart.orders.adminSecrets.isEmpty)
  }

  /// The other database has a login for apply.
  private static func applying(with credential: String) -> String {
    testPolicy.replacing(
      "\"credential:stock\" }",
      with: """
        "credential:stock" }
            apply: { user: jit_apply, password: "credential:\(credential)" }
        """)
  }

  @Test("a place that cannot be written refuses before anything changes")
  func readOnly() async throws {
    let test = try await TestBroker()
    test.credentials.becomeReadOnly()
    await expectRefusal(.credentialsUnwritable) {
      try await test.broker.rotate("orders_PROD", by: root)
    }
    #expect(try await test.count(.credentialRotated) == 0)
    #expect(await test.orders.acts == [])
  }

  @Test("a ledger that cannot be written refuses, and leaves no secret behind")
  func disk() async throws {
    let test = try await TestBroker()
    try test.breakDisk()
    await expectRefusal(.ledgerUnwritable) { try await test.broker.rotate("orders_PROD", by: root) }
    #expect(try test.credentials.next(orders) == nil)
    #expect(await test.orders.acts == [])
    try test.mendDisk()
  }

  @Test("a server that says no keeps the old secret, and no other one is left")
  func saysNo() async throws {
    let test = try await TestBroker()
    await test.orders.fail(.rotate, with: Self.refused)
    await expectRefusal(.databaseRefused) { try await test.broker.rotate("orders_PROD", by: root) }
    #expect(try test.credentials.next(orders) == nil)
    #expect(test.credentials.present(orders) == nil)
  }

  @Test("a lost reply keeps both, and the same secret is finished", arguments: [false, true])
  func lostReply(_ takesEffect: Bool) async throws {
    let test = try await TestBroker()
    await test.orders.fail(.rotate, with: Self.unreachable, takesEffect: takesEffect)
    await expectRefusal(.databaseUnreachable) {
      try await test.broker.rotate("orders_PROD", by: root)
    }
    let kept = try #require(try test.credentials.next(orders)).reveal()
    await test.broker.finishRotations()
    #expect(test.credentials.present(orders) == kept)
    #expect(await test.orders.adminSecrets.last?.reveal() == kept)
    #expect(try test.credentials.next(orders) == nil)
    await test.broker.finishRotations()
    #expect(await test.orders.calls(.rotate).count == 2)
  }

  @Test("one of two servers that does not answer: both secrets stay until it does")
  func half() async throws {
    let test = try await TestBroker(policy: Self.shared)
    await test.stock.fail(.rotate, with: Self.refused)
    await expectRefusal(.databaseRefused) { try await test.broker.rotate("orders_PROD", by: root) }
    let kept = try #require(try test.credentials.next(orders)).reveal()
    #expect(await test.orders.adminSecrets.map { $0.reveal() } == [kept])
    _ = try await test.broker.rotate("orders_PROD", by: root)
    #expect(test.credentials.present(orders) == kept)
    #expect(await test.stock.adminSecrets.map { $0.reveal() } == [kept])
  }

  @Test("cut off by a crash it is finished at the next start, with an entry of its own")
  func crash() async throws {
    let test = try await TestBroker()
    _ = try test.credentials.keepNext(orders, Secret("next"))
    let again = try await test.afterCrash()
    await again.broker.finishRotations()
    #expect(again.credentials.present(orders) == "next")
    #expect(try await again.count(.credentialRotated) == 1)
    await again.broker.finishRotations()
    #expect(try await again.count(.credentialRotated) == 1)
  }

  @Test("is not finished while the ledger cannot be written")
  func crashAndDisk() async throws {
    let test = try await TestBroker()
    _ = try test.credentials.keepNext(orders, Secret("next"))
    try test.breakDisk()
    await expectRefusal(.ledgerUnwritable) { try await test.ask() }
    await test.broker.finishRotations()
    #expect(await test.orders.acts == [])
    try test.mendDisk()
  }

  @Test("two at once: one rotates, the other is told so")
  func twoAtOnce() async throws {
    let test = try await TestBroker()
    await test.orders.hang(.rotate)
    async let first = test.broker.rotate("orders_PROD", by: root)
    try await eventually("it is under way") { await test.orders.hangingCount(.rotate) == 1 }
    await expectRefusal(.wrongState) { try await test.broker.rotate("orders_PROD", by: root) }
    await test.broker.finishRotations()
    await test.orders.letGo(.rotate)
    _ = try await first
    #expect(await test.orders.adminSecrets.count == 1)
  }

  @Test("goes on when the caller goes away")
  func callerGone() async throws {
    let test = try await TestBroker()
    await test.orders.hang(.rotate)
    let call = Task { try await test.broker.rotate("orders_PROD", by: root) }
    try await eventually("it is under way") { await test.orders.hangingCount(.rotate) == 1 }
    call.cancel()
    await test.orders.letGo(.rotate)
    try await eventually("it is settled") { test.credentials.present(orders) != nil }
  }

  @Test("takes the authority to operate, and a password to rotate")
  func refusals() async throws {
    let peer = testPolicy.replacing("password: \"credential:stock\"", with: "peer: true")
      .replacing("host: db2", with: "host: /run/postgresql")
    let test = try await TestBroker(policy: peer)
    await expectRefusal(.notAuthorised) {
      try await test.broker.rotate("orders_PROD", by: person("alice"))
    }
    await expectRefusal(.wrongState) { try await test.broker.rotate("stock_PROD", by: root) }
    await expectRefusal(.unknownDatabase) { try await test.broker.rotate("stocks", by: root) }
    #expect(try await test.count(.requestRefused) == 1)
  }
}
