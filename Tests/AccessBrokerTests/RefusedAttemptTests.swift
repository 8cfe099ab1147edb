import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Refused attempts")
struct RefusedAttemptTests {
  private func refusals(_ test: TestBroker) async throws -> [RequestRefused] {
    try await test.entries().compactMap { entry in
      if case .requestRefused(_, let refused) = entry.event { refused } else { nil }
    }
  }

  @Test("the first is an entry at once, and a thousand more of it are one more")
  func aggregated() async throws {
    let test = try await TestBroker()
    let id = try await test.ask()
    for _ in 0..<1_000 {
      await expectRefusal(.unknownRequest) { try await test.broker.show(id, to: person("bob")) }
    }
    let first = RequestRefused(attempt: "show", code: .unknownRequest, count: 1)
    #expect(try await refusals(test) == [first])
    test.clock.advance(byMs: Limits.refusalWindowMs - 1)
    await test.broker.recordRepeatedRefusals()
    #expect(try await refusals(test) == [first])
    test.clock.advance(byMs: 1)
    try await test.turn(until: "the loop writes them down") {
      try await refusals(test).count > 1
    }
    let rest = RequestRefused(attempt: "show", code: .unknownRequest, count: 999)
    #expect(try await refusals(test) == [first, rest])
    #expect(try await test.entries().last?.author == .caller(person("bob")))
    await test.broker.recordRepeatedRefusals()
    #expect(try await refusals(test).count == 2)
  }

  @Test("guessed ids are one attempt, not one each")
  func guesses() async throws {
    let test = try await TestBroker()
    for number in UInt64(0)..<200 {
      await expectRefusal(.unknownRequest) {
        try await test.broker.show(RequestID(bits: number), to: person("bob"))
      }
    }
    #expect(try await refusals(test).count == 1)
  }

  @Test("other people, attempts and reasons are other entries")
  func different() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    await expectRefusal(.ownRequest) { try await test.approve(id, by: "alice") }
    await expectRefusal(.notReviewer) { try await test.approve(id, by: "audrey") }
    await expectRefusal(.notRequester) {
      try await test.broker.cancel(id, by: person("audrey"), idempotency: nil)
    }
    await expectRefusal(.notEntitled) { try await test.ask("mallory") }
    #expect(
      try await refusals(test).map { "\($0.attempt) \($0.code.rawValue)" } == [
        "review own-request", "review not-reviewer", "cancel not-requester", "submit not-entitled",
      ])
  }

  @Test("a mistake is not an entry")
  func mistakes() async throws {
    let test = try await TestBroker()
    let id = try await test.active()
    await expectRefusal(.usage) { try await test.ask(for: "soon") }
    await expectRefusal(.unknownDatabase) { try await test.ask(on: "order_PROD") }
    await expectRefusal(.wrongState) {
      try await test.broker.cancel(id, by: person("alice"), idempotency: nil)
    }
    #expect(try await refusals(test).isEmpty)
  }

  @Test("more kinds at once than can be told apart are counted together")
  func manyKinds() async throws {
    let test = try await TestBroker()
    await withTaskGroup { tasks in
      for number in 0..<Limits.refusalKindsMax + 50 {
        tasks.addTask {
          await test.broker.note(
            Refusal(.notEntitled, "no"), "submit", nil, by: person("u\(number)"))
        }
      }
    }
    #expect(try await refusals(test).count == Limits.refusalKindsMax)
    test.clock.advance(byMs: Limits.refusalWindowMs)
    await test.broker.recordRepeatedRefusals()
    let counted = try await refusals(test).dropFirst(Limits.refusalKindsMax)
    #expect(counted.reduce(0) { $0 + $1.count } == 50)
  }

  @Test("a caller has a number of writes in a minute, and others are not affected")
  func rate() async throws {
    let test = try await TestBroker()
    for _ in 0..<Limits.writesPerWindowMax {
      await expectRefusal(.usage) { try await test.ask(for: "soon") }
    }
    await expectRefusal(.tooMany) { try await test.ask() }
    try await test.ask("bob")
    test.clock.advance(byMs: Limits.rateWindowMs)
    try await test.ask()
  }
}
