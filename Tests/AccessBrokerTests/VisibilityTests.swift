import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Who sees what")
struct VisibilityTests {
  @Test(
    "a request exists for the requester, its reviewers and the authorities",
    arguments: ["alice", "dana", "drew", "sam", "audrey", "olga"])
  func seen(_ who: String) async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    #expect(try await test.broker.show(id, to: person(who)).request.id == id)
    #expect(try await test.broker.requests(.all, of: person(who)).map(\.id) == [id])
    #expect(try await test.broker.show(id, to: root).request.id == id)
  }

  @Test("for anybody else it is as one that never was", arguments: ["bob", "mallory"])
  func unseen(_ who: String) async throws {
    let test = try await TestBroker()
    let (id, never) = (try await test.ask("alice", "write"), RequestID(bits: 12_345))
    let caller = person(who)
    let reason = test.broker.written("why")
    func refusals(_ id: RequestID) async -> [Refusal?] {
      [
        await refusal { try await test.broker.show(id, to: caller) },
        await refusal { try await test.broker.cancel(id, by: caller, idempotency: nil) },
        await refusal { try await test.approve(id, by: who) },
        await refusal { try await test.activate(id, by: who) },
        await refusal { try await test.sayRelease(id, by: who) },
        await refusal {
          try await test.broker.end(.revoke(id, reason: reason), by: caller, idempotency: nil)
        },
      ]
    }
    let (hidden, absent) = (await refusals(id), await refusals(never))
    #expect(hidden.allSatisfy { $0?.code == .unknownRequest })
    #expect(
      hidden.map { $0?.message.replacing(id.text, with: "ID") }
        == absent.map { $0?.message.replacing(never.text, with: "ID") })
    #expect(hidden.map(\.?.hint) == absent.map(\.?.hint))
    for scope in [Broker.Scope.open, .mine, .toReview, .all] {
      #expect(try await test.broker.requests(scope, of: caller).isEmpty)
    }
  }

  private func refusal(_ body: () async throws -> some Any) async -> Refusal? {
    await #expect(throws: Refusal.self) { _ = try await body() }
  }

  @Test("a closed request is hidden from the same people, and its state is told to the others")
  func closed() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    try await test.deny(id)
    await expectRefusal(.unknownRequest) { try await test.broker.show(id, to: person("bob")) }
    await expectRefusal(.unknownRequest) { try await test.approve(id, by: "bob") }
    await expectRefusal(.wrongState) { try await test.approve(id, by: "drew") }
    await expectRefusal(.wrongState) { try await test.activate(id) }
    #expect(try await test.broker.show(id, to: person("dana")).request.isClosed)
  }

  @Test("lists have what they say, the newest first")
  func lists() async throws {
    let test = try await TestBroker()
    var ids: [RequestID] = []
    for (who, role) in [("alice", "write"), ("bob", "write"), ("alice", "read")] {
      ids.append(try await test.ask(who, role))
      test.clock.advance(byMs: 1_000)
    }
    func list(_ scope: Broker.Scope, _ who: String) async throws -> [RequestID] {
      try await test.broker.requests(scope, of: person(who)).map(\.id)
    }
    #expect(try await list(.mine, "alice") == [ids[2], ids[0]])
    #expect(try await list(.open, "dana") == [ids[1], ids[0]])
    #expect(try await list(.toReview, "dana") == [ids[1], ids[0]])
    try await test.approve(ids[0])
    #expect(try await list(.toReview, "dana") == [ids[1]])
    #expect(try await list(.toReview, "alice") == [])
    #expect(try await list(.all, "audrey") == [ids[2], ids[1], ids[0]])
  }

  @Test("the texts of a request come with it")
  func texts() async throws {
    let test = try await TestBroker()
    let id = try await test.ask("alice", "write")
    try await test.deny(id)
    let detail = try await test.broker.show(id, to: person("alice"))
    #expect(detail.texts.values.map(\.text).sorted() == ["INC-1", "no"])
    #expect(detail.needs.map(\.people) == [[name("dana"), name("drew")]])
  }
}
