import Testing

@testable import AccessCore

@Suite("Asking")
struct SubmissionTests {
  @Test("a request waits for the reviews that its rule names")
  func requestIsPending() throws {
    var world = World()
    let id = try world.ask()
    let request = try #require(world.state.requests[id])
    #expect(request.stage == .pending(lapsesAt: world.now + World.span("4h")))
    #expect(request.ask.duration == World.span("30m"))
    #expect(request.ask.databaseUID.text == "db-1")
  }

  @Test("the word none approves at once")
  func automaticApproval() throws {
    var world = World()
    let id = try world.ask(world.submission(role: "read"))
    guard case .approved(let approval) = world.state.requests[id]?.stage else {
      Issue.record("not approved")
      return
    }
    #expect(approval.lapsesAt == world.now + World.span("1h"))
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: Refusal.Code
    let change: @Sendable (inout Submission) -> Void
  }

  static let refused: [Refused] = [
    Refused(testDescription: "an unknown database", code: .unknownDatabase) {
      $0.database = "orders_PRD"
    },
    Refused(testDescription: "a name with a quote", code: .usage) {
      $0.database = "x\"; DROP ROLE bob;--"
    },
    Refused(testDescription: "a name with a newline", code: .usage) {
      $0.database = "orders\nPROD"
    },
    Refused(testDescription: "a name with NUL", code: .usage) { $0.role = "wri\0te" },
    Refused(testDescription: "a name beyond ASCII", code: .usage) { $0.database = "örders_PROD" },
    Refused(testDescription: "a name of 70 bytes", code: .usage) {
      $0.role = String(repeating: "a", count: 70)
    },
    Refused(testDescription: "an unknown role", code: .unknownRole) { $0.role = "wirte" },
    Refused(testDescription: "no time at all", code: .usage) { $0.duration = "0" },
    Refused(testDescription: "zero seconds", code: .usage) { $0.duration = "0s" },
    Refused(testDescription: "a negative time", code: .usage) { $0.duration = "-5m" },
    Refused(testDescription: "a time over the rule's", code: .durationOverMax) {
      $0.duration = "61m"
    },
    Refused(testDescription: "a time over everything", code: .durationOverMax) {
      $0.duration = "99999999h"
    },
    Refused(testDescription: "no reason", code: .reasonMissing) { $0.reason = nil },
    Refused(testDescription: "an empty reason", code: .reasonMissing) {
      $0.reason = World.written("")
    },
    Refused(testDescription: "a reason off the pattern", code: .reasonMismatch) {
      $0.reason = World.written("because")
    },
    Refused(testDescription: "a reason of 2,049 bytes", code: .tooLarge) {
      $0.reason = World.written("INC-1" + String(repeating: "x", count: 2_044))
    },
    Refused(testDescription: "a ticket of 2,049 bytes", code: .tooLarge) {
      $0.ticket = World.written(String(repeating: "x", count: 2_049))
    },
    Refused(testDescription: "another's entitlement", code: .unknownEntitlement) {
      $0.entitlement = "orders-read"
    },
    Refused(testDescription: "a start in the past", code: .usage) {
      $0.start = Timestamp(milliseconds: 0)
    },
    Refused(testDescription: "a start in a year", code: .usage) {
      $0.start = Timestamp(milliseconds: 1_798_761_600_000)
    },
  ]

  @Test("what is not asked rightly is refused and changes nothing", arguments: refused)
  func refusals(_ refused: Refused) {
    let world = World()
    var submission = world.submission()
    refused.change(&submission)
    #expect(world.refusal(.submit(RequestID(bits: 1), submission), World.alice) == refused.code)
  }

  @Test("a misspelt database is answered with what the person may have meant")
  func nearMiss() throws {
    let world = World()
    var submission = world.submission()
    submission.database = "orders-prod"
    let refusal = #expect(throws: Refusal.self) {
      try decide(
        .submit(RequestID(bits: 1), submission), by: World.alice, world.state, world.context)
    }
    #expect(refusal?.hint == "did you mean orders_PROD?")
  }

  @Test("a name is not offered to somebody who may not ask for it")
  func nearMissKeepsNamesToThoseEntitled() {
    let world = World()
    var submission = world.submission()
    submission.database = "orders-prod"
    let refusal = #expect(throws: Refusal.self) {
      try decide(
        .submit(RequestID(bits: 1), submission), by: World.mallory, world.state, world.context)
    }
    #expect(refusal?.hint == "see `jit databases`")
  }

  @Test("no rule means no")
  func strangersAreRefused() {
    let world = World()
    #expect(
      world.refusal(.submit(RequestID(bits: 1), world.submission()), World.mallory) == .notEntitled)
  }

  @Test("the admin socket does not request")
  func adminDoesNotRequest() {
    let world = World()
    #expect(
      world.refusal(.submit(RequestID(bits: 1), world.submission()), World.root) == .adminSocket)
  }

  @Test("of several matching entitlements one has to be named")
  func ambiguity() throws {
    var world = World()
    let second = World.entitlement("orders-fix", review: .automatic)
    world.policy.entitlements[second.name] = second
    var submission = world.submission()
    #expect(
      world.refusal(.submit(RequestID(bits: 1), submission), World.alice) == .ambiguousEntitlement)
    submission.entitlement = "orders-fix"
    let id = try world.ask(submission)
    #expect(world.state.requests[id]?.ask.entitlement.text == "orders-fix")
  }

  @Test("one person has a bounded number of open requests")
  func openRequestsAreBounded() throws {
    var world = World()
    for _ in 0..<Limits.openRequestsPerPersonMax { _ = try world.ask() }
    #expect(world.refusal(.submit(world.freshID(), world.submission()), World.alice) == .tooMany)
    #expect(world.refusal(.submit(world.freshID(), world.submission()), World.bob) == nil)
  }

  @Test("the digest changes with everything that was asked")
  func digestCoversEverything() throws {
    var world = World()
    let id = try world.ask()
    let request = try #require(world.state.requests[id])
    func digest(_ change: (inout Submission) -> Void) throws -> Digest? {
      var other = World()
      var submission = other.submission()
      change(&submission)
      return other.state.requests[try other.ask(submission)]?.digest
    }
    #expect(try digest { _ in } == request.digest)
    #expect(try digest { $0.duration = "31m" } != request.digest)
    #expect(try digest { $0.reason = World.written("INC-43") } != request.digest)
    #expect(try digest { $0.ticket = World.written("T") } != request.digest)
    #expect(try digest { $0.role = "read" } != request.digest)
    #expect(try digest { $0.start = Timestamp(milliseconds: 1_767_225_700_000) } != request.digest)
  }
}
