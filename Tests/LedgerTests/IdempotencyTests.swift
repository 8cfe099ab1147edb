import AccessCore
import AccessTesting
import Testing

@testable import Ledger

@Suite("Idempotency keys")
struct IdempotencyTests {
  private let first = Sample.id("AAAAAAA1")
  private let second = Sample.id("AAAAAAA2")

  private func key(
    _ text: String = "k1", of actor: String = "alice", for fingerprint: UInt8 = 1
  ) -> IdempotencyKey {
    IdempotencyKey(actor: Sample.name(actor), key: text, fingerprint: Sample.digest(fingerprint))
  }

  private func submit(
    _ ledger: Ledger, _ id: RequestID, _ key: IdempotencyKey
  ) async -> Result<Outcome, Refusal> {
    await ledger.append(
      Proposal(by: Sample.person("alice"), idempotency: key) { _, _ in
        .success([Sample.submitted(id)])
      })
  }

  @Test("the same key again has no effect and answers the first request")
  func replay() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let original = try await submit(ledger, first, key()).get()
    #expect(!original.isReplay && original.request == first)
    let again = try await submit(ledger, second, key()).get()
    #expect(again.isReplay && again.request == first && again.events.isEmpty)
    #expect(try home.count("entries") == 2)
  }

  @Test("the same key at the same time has one effect")
  func simultaneous() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let key = key()
    let outcomes = try await withThrowingTaskGroup { tasks in
      for number in 0..<50 {
        tasks.addTask {
          try await submit(ledger, RequestID(bits: UInt64(number)), key).get()
        }
      }
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { !$0.isReplay } == 1)
    #expect(Set(outcomes.map(\.request)).count == 1)
    #expect(try home.count("entries") == 2)
  }

  @Test("the same key for something else is refused")
  func otherFingerprint() async throws {
    let home = try Home()
    defer { withExtendedLifetime(home) {} }
    let ledger = try await home.open()
    _ = try await submit(ledger, first, key()).get()
    let refusal = await #expect(throws: Refusal.self) {
      try await submit(ledger, second, key(for: 2)).get()
    }
    #expect(refusal?.code == .keyReused)
  }

  @Test("the same text from somebody else is another key")
  func otherPerson() async throws {
    let home = try Home()
    defer { withExtendedLifetime(home) {} }
    let ledger = try await home.open()
    _ = try await submit(ledger, first, key()).get()
    #expect(try await submit(ledger, second, key(of: "bob")).get().request == second)
  }

  @Test("keys are known after a restart")
  func restart() async throws {
    let home = try Home()
    _ = try await submit(home.open(), first, key()).get()
    let ledger = try await home.open()
    #expect(try await submit(ledger, second, key()).get().request == first)
    let refusal = await #expect(throws: Refusal.self) {
      try await submit(ledger, second, key(for: 2)).get()
    }
    #expect(refusal?.code == .keyReused)
  }

  @Test("a refused attempt does not use up its key")
  func refused() async throws {
    let home = try Home()
    defer { withExtendedLifetime(home) {} }
    let ledger = try await home.open()
    let refused = await ledger.append(
      Proposal(by: Sample.person("alice"), idempotency: key()) { _, _ in
        .failure(Refusal(.tooEarly, "not yet"))
      })
    #expect(throws: Refusal.self) { try refused.get() }
    #expect(try await submit(ledger, first, key()).get().isReplay == false)
  }

  @Test("a key is forgotten after a day, in memory and on disk")
  func forgotten() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for number in 0..<20 {
      _ = try await submit(ledger, RequestID(bits: UInt64(number)), key("k\(number)")).get()
    }
    home.clock.advance(byMs: Limits.idempotencyKeptMs)
    await ledger.forgetOldWrites()
    #expect(try home.count("idempotency") == 20)
    home.clock.advance(byMs: 3_600_000)
    await ledger.forgetOldWrites()
    #expect(try home.count("idempotency") == 0)
    #expect(try await submit(ledger, second, key("k0")).get().isReplay == false)
  }
}
