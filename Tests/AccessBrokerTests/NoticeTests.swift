import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("Notices")
struct NoticeTests {
  @Test("people hear what waits for them, what was decided and what has ended, once each")
  func life() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    #expect(test.notices.words == ["waits \(id)"])
    try await test.approve(id)
    try await test.activate(id)
    #expect(test.notices.words == ["waits \(id)", "decided \(id)"])
    try await test.sayRelease(id)
    try await test.turnUntilEnded(id)
    try await test.turn(until: "it was told") { test.notices.words.last == "ended \(id)" }
    for _ in 0..<3 { _ = await test.loop.turn() }
    #expect(test.notices.words == ["waits \(id)", "decided \(id)", "ended \(id)"])
  }

  @Test("a denial is a decision, and so is what needs no review")
  func decisions() async throws {
    let test = try await TestBroker()
    let denied = try await test.ask("alice", "write")
    try await test.deny(denied)
    let automatic = try await test.ask()
    #expect(
      test.notices.words == ["waits \(denied)", "decided \(denied)", "decided \(automatic)"])
  }

  @Test("a repeated key is no news")
  func replay() async throws {
    let test = try await TestBroker()
    let key = IdempotencyKey(actor: name("alice"), key: "k", fingerprint: stableDigest([1]))
    let first = try await test.ask("alice", "write", key: key)
    #expect(try await test.ask("alice", "write", key: key) == first)
    #expect(test.notices.words == ["waits \(first)"])
  }

  @Test("reviewers hear of a request that needs them again")
  func reopened() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    try await test.approve(id)
    test.policy.replace("members: [dana, drew]", with: "members: [drew]")
    try await test.broker.reloadPolicy(by: root)
    await expectRefusal(.needsReview) { try await test.activate(id) }
    #expect(test.notices.words == ["waits \(id)", "decided \(id)", "waits \(id)"])
  }
}
