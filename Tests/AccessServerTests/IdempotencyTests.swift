import AccessCore
import Testing

@Suite("Idempotency-Key")
struct IdempotencyTests {
  @Test("the same key and body is the same request")
  func replay() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let first = try await alice.post("/v1/requests", sampleAsk, key: "k1").json()
      let size = await test.entryCount
      let again = try await alice.post("/v1/requests", sampleAsk, key: "k1").json()
      #expect(first == again)
      #expect(await test.entryCount == size)
    }
  }

  @Test("two tries at the same time make one request")
  func race() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let ids = try await withThrowingTaskGroup(of: JSON?.self) { group in
        for _ in 0..<16 {
          group.addTask {
            try await alice.post("/v1/requests", sampleAsk, key: "k1").json()["id"]
          }
        }
        return try await group.reduce(into: [JSON?]()) { $0.append($1) }
      }
      #expect(ids.count == 16 && ids.allSatisfy { $0 == ids[0] && $0 != nil })
      #expect(await test.openRequestCount == 1)
    }
  }

  @Test("without a key, or with another one, it is another request", arguments: [nil, "k2"])
  func another(_ key: String?) async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let first = try await alice.post("/v1/requests", sampleAsk, key: "k1").json()
      let second = try await alice.post("/v1/requests", sampleAsk, key: key).json()
      #expect(first["id"] != second["id"])
    }
  }

  @Test("the same key with another body or at another path is refused")
  func reused() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let made = try await alice.post("/v1/requests", sampleAsk, key: "k1").json()
      let id = try #require(made["id"]?.text)
      #expect(
        try await alice.post("/v1/requests", ask(duration: "31m"), key: "k1").verdict
          == "422 key-reused")
      #expect(
        try await alice.post("/v1/requests/\(id)/cancel", key: "k1").verdict == "422 key-reused")
      #expect(try await alice.get("/v1/requests/\(id)").json()["state"] == .string("pending"))
    }
  }

  @Test("two people with the same key have two requests")
  func perCaller() async throws {
    try await withBroker { test in
      let (alice, bob) = (try await test.client("alice"), try await test.client("bob"))
      let hers = try await alice.post("/v1/requests", sampleAsk, key: "k1").json()
      let his = try await bob.post("/v1/requests", sampleAsk, key: "k1").json()
      #expect(hers["requester"] == .string("alice"))
      #expect(his["requester"] == .string("bob"))
      #expect(hers["id"] != his["id"])
    }
  }

  @Test(
    "a key has 1 to 128 characters",
    arguments: [(0, "400 usage"), (128, "201"), (129, "400 usage")])
  func length(_ count: Int, _ answer: String) async throws {
    try await withBroker { test in
      let key = String(repeating: "k", count: count)
      let reply = try await test.client("alice").post("/v1/requests", sampleAsk, key: key)
      #expect(reply.verdict == answer)
    }
  }

  @Test("a refused attempt does not use up its key")
  func refused() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let tooLong = ask(duration: "2h")
      #expect(
        try await alice.post("/v1/requests", tooLong, key: "k1").verdict
          == "403 duration-over-max")
      #expect(try await alice.post("/v1/requests", sampleAsk, key: "k1").verdict == "201")
    }
  }

  @Test("an activation that is repeated with its key shows no password; without it, a new one")
  func activation() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let path = "/v1/requests/" + (try await test.request(.approved)) + "/activate"
      let first = try await alice.post(path, key: "k1").json()
      let again = try await alice.post(path, key: "k1").json()
      let anew = try await alice.post(path).json()
      #expect(again["password"] == .null && again["uri"] == .null)
      #expect(again["user"] == first["user"])
      #expect(first["password"]?.text != nil && anew["password"]?.text != nil)
      #expect(first["password"] != anew["password"])
      #expect(anew["expires_at"] == first["expires_at"])
    }
  }

  @Test("every act on a request may be repeated with its key")
  func acts() async throws {
    try await withBroker { test in
      let (alice, dana) = (try await test.client("alice"), try await test.client("dana"))
      let rhea = try await test.client("rhea")
      let acts: [(HTTPClient, Stage, String, JSON?)] = [
        (dana, .pending, "reviews", approval), (alice, .pending, "cancel", nil),
        (alice, .active, "release", nil), (rhea, .active, "revoke", revocation),
      ]
      for (client, stage, act, body) in acts {
        let path = "/v1/requests/" + (try await test.request(stage)) + "/" + act
        let first = try await client.post(path, body, key: act)
        let size = await test.entryCount
        let again = try await client.post(path, body, key: act)
        #expect(first.verdict == "200", "\(act)")
        #expect(try again.json() == first.json(), "\(act)")
        #expect(await test.entryCount == size, "\(act)")
      }
    }
  }
}
