import AccessCore
import AccessTesting
import Ledger
import Synchronization
import Testing

@testable import AccessBroker

@Suite("What scopes were before a grant")
struct ScopeChangesTests {
  private static func item(_ kind: String, _ name: String) -> OwnerSnapshot.Item {
    OwnerSnapshot.Item(database: "orders", kind: kind, name: name, value: "1")
  }
  private let old = item("policy", "own on orders")
  private let new = item("trigger", "t on orders")

  @Test("is compared with what they are after it; the receipt has the difference, and an alarm")
  func compared() async throws {
    let test = try await TestBroker()
    await test.orders.stand([old])
    let id = try await test.active()
    await test.orders.stand([new])
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    let receipt = try #require(try await test.ended(id)?.receipt)
    #expect(receipt.verified)
    #expect(
      receipt.residue == [
        Residue(
          database: "orders", kind: "policy", name: "own on orders",
          note: "the scope's: gone since the grant began"),
        Residue(
          database: "orders", kind: "trigger", name: "t on orders",
          note: "the scope's: new since the grant began"),
      ])
    #expect(test.notices.words.count { $0 == "alarm" } == 1)
  }

  @Test("the same as before says nothing")
  func same() async throws {
    let test = try await TestBroker()
    await test.orders.stand([old])
    let id = try await test.active()
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    #expect(try await test.ended(id)?.receipt.residue == [])
    #expect(!test.notices.words.contains("alarm"))
  }

  @Test("a crash in between forgets nothing of it")
  func crash() async throws {
    let test = try await TestBroker()
    await test.orders.stand([old])
    let id = try await test.active()
    let next = try await test.afterCrash()
    await next.orders.stand([new])
    try await next.sayRelease(id)
    try await next.turnUntilEnded(id)
    #expect(
      try await next.ended(id)?.receipt.residue.map(\.name) == ["own on orders", "t on orders"])
  }

  @Test("scopes that cannot be looked at keep nobody out, and the receipt says it")
  func unknown() async throws {
    let test = try await TestBroker()
    await test.orders.refuseScopeLooks(with: ProvisioningError(.unreachable, "too slow"))
    let id = try await test.active()
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    let residue = try #require(try await test.ended(id)?.receipt.residue.first)
    #expect(residue.kind == "comparison")
    #expect(residue.note?.contains("not known") == true)
  }

  @Test("one look serves grants that end together")
  func together() async {
    let looks = ScopeLooks()
    let place = ScopeLooks.Place(
      access: DatabaseAccess(
        engine: .postgresql, endpoint: Endpoint(host: "db", port: 5_432), dbname: "orders",
        sslmode: .disable, admin: AdminLogin(user: "jit", proof: .peer)), scopes: ["a"], before: [])
    let taken = Counted()
    let take: @Sendable () async -> Result<ScopeLook, ProvisioningError> = {
      taken.count.withLock { $0 += 1 }
      return .success(
        ScopeLook(
          snapshot: OwnerSnapshot([]), document: Document(digest: stableDigest([]), bytes: [])))
    }
    let over = ContinuousClock.now
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask { _ = await looks.look(at: place, begunAfter: over, take) }
      }
    }
    #expect(taken.count.withLock(\.self) == 1)
    _ = await looks.look(at: place, begunAfter: .now, take)
    #expect(
      taken.count.withLock(\.self) == 2, "what began before somebody's end says nothing about it")
  }
}

private final class Counted: Sendable {
  let count = Mutex(0)
}
