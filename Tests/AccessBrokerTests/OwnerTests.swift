import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Grants that act as an owner")
struct OwnerTests {
  private static let policy = testPolicy.replacing(
    "member_of: [app_read]", with: "acts_as: orders_owner"
  ).replacing("writes: false, ", with: "")

  private static func item(_ kind: String, _ name: String) -> OwnerSnapshot.Item {
    OwnerSnapshot.Item(database: "orders", kind: kind, name: name, value: "1")
  }
  private let old = item("function", "f()")
  private let new = item("trigger", "t on orders")

  @Test("what the owner had is kept before anybody can log in, and compared at the end")
  func compared() async throws {
    let test = try await TestBroker(policy: Self.policy)
    await test.orders.own([old])
    let id = try await test.active()
    #expect(
      try await test.journal.history().suffix(5) == [
        "grant.activating", "> create", "> snapshot", "grant.activated", "> enableLogin",
      ])
    await test.orders.own([old, new])
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    let receipt = try #require(try await test.ended(id)?.receipt)
    #expect(receipt.verified)
    #expect(
      receipt.residue == [
        Residue(
          database: "orders", kind: "trigger", name: "t on orders",
          note: "orders_owner's: new since the grant began")
      ])
  }

  @Test("a crash in between forgets nothing of it")
  func crash() async throws {
    let test = try await TestBroker(policy: Self.policy)
    await test.orders.own([old])
    let id = try await test.active()
    let next = try await test.afterCrash()
    await next.orders.own([new])
    try await next.sayRelease(id)
    try await next.turnUntilEnded(id)
    #expect(try await next.ended(id)?.receipt.residue.map(\.name) == ["f()", "t on orders"])
  }

  @Test("an owner that cannot be looked at gives no access, and stops no end")
  func unknown() async throws {
    let test = try await TestBroker(policy: Self.policy)
    let id = try await test.ask()
    await test.orders.fail(.snapshot, with: ProvisioningError(.unreachable, "gone"))
    await expectRefusal(.databaseUnreachable) { try await test.activate(id) }
    #expect(try await test.state(id) == "approved")
    #expect(await test.orders.roles.isEmpty)

    try await test.activate(id)
    await test.orders.fail(.snapshot, with: ProvisioningError(.unreachable, "gone"))
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    let residue = try #require(try await test.ended(id)?.receipt.residue.first)
    #expect(residue.kind == "comparison")
    #expect(residue.note?.contains("gone") == true)
  }

  @Test("what was kept and is no longer what it was says so in the receipt")
  func tampered() async throws {
    let test = try await TestBroker(policy: Self.policy)
    let id = try await test.active()
    let kept = OwnerSnapshot([])
    try test.change(
      """
      UPDATE policies SET documents = x'5b5d20'
       WHERE digest = '\(stableDigest(kept.encoded))'
      """)
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    #expect(try await test.ended(id)?.receipt.residue.first?.kind == "comparison")
  }

  @Test("a receipt names as many changes as an entry holds")
  func many() async throws {
    let test = try await TestBroker(policy: Self.policy)
    let id = try await test.active()
    await test.orders.own((0..<500).map { Self.item("function", "f\($0)()") })
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    let residue = try #require(try await test.ended(id)?.receipt.residue)
    #expect(residue.count == Limits.residueListedMax)
    #expect(residue.last?.note == "401 more changes")
  }
}
