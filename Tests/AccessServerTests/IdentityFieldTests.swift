import AccessCore
import Testing

@Suite("fields of answers about people and what they may have")
struct IdentityFieldTests {
  @Test("who somebody is")
  func whoami() async throws {
    try await withBroker { test async throws in
      #expect(
        try await test.client("alice").get("/v1/whoami").json()
          == .object([
            "principal": .string("alice"), "method": .string("token"),
            "groups": .array([.string("backend")]), "authorities": .array([]),
          ]))
      #expect(
        try await test.client("oscar").get("/v1/whoami").json()["authorities"]
          == .array([.string("operate")]))
    }
  }

  @Test("what somebody may ask for, and nothing else")
  func databases() async throws {
    try await withBroker { test async throws in
      let offer: JSON = .object([
        "role": .string("write"), "entitlement": .string("orders-write"),
        "max_duration": .string("1h"), "writes": .bool(true), "break_glass": .bool(false),
        "needs": .array([
          .object([
            "from": .string("dba"), "count": .integer(1), "have": .integer(0),
            "people": .array([.string("dana")]), "when": .null, "signature": .bool(false),
          ])
        ]),
      ])
      #expect(
        try await test.client("alice").get("/v1/databases").json()
          == .array([
            .object([
              "name": .string("orders_PROD"), "uid": .string("db-1"),
              "environment": .string("production"), "engine": .string("postgresql"),
              "roles": .array([offer]),
            ])
          ]))
      for person in ["dana", "oscar"] {
        #expect(try await test.client(person).get("/v1/databases").text == "[]")
      }
      #expect(try await test.admin.get("/v1/databases").text == "[]")
    }
  }

  @Test("what each rule says, and whom it is told")
  func explanations() async throws {
    try await withBroker { test in
      let path = "/v1/policy/explain?database=orders_PROD&role=write&duration=30m"
      let said: JSON = .array([
        .object([
          "entitlement": .string("orders-write"), "max_duration": .string("1h"),
          "allowed": .bool(true), "objections": .array([]), "spared": .array([]),
          "stopped": .null,
          "needs": .array([
            .object([
              "from": .string("dba"), "count": .integer(1), "have": .integer(0),
              "people": .array([.string("dana")]), "when": .null,
              "signature": .bool(false),
            ])
          ]),
        ])
      ])
      let own = try await test.client("alice").get(path).json()
      #expect(own == said)
      #expect(try await test.client("oscar").get(path + "&as=alice").json() == said)
      let hers = try await test.client("eve").get(path).text
      #expect(hers.contains("it is for shop_PROD, not for orders_PROD"))
      #expect(!hers.contains("orders-write"))
      #expect(try await test.client("bob").get(path + "&as=alice").status == 403)
      #expect(try await test.client("oscar").get(path + "&as=nobody").status == 404)
    }
  }

  @Test("a new token, and the same one in the list")
  func tokens() async throws {
    try await withBroker { test in
      let body: JSON = .object(["user": .string("bob"), "duration": .string("1d")])
      let made = try await test.admin.post("/v1/tokens", body).json()
      #expect(made.keys == ["expires_at", "id", "token", "user"])
      #expect(made["user"] == .string("bob"))
      #expect(made["expires_at"] == .string("2026-03-02T09:30:00.000Z"))
      guard case .object(var expected) = made else { throw ConnectionError("not an object") }
      expected["token"] = .null
      #expect(try await test.admin.get("/v1/tokens").json() == .array([.object(expected)]))
    }
  }

  @Test("a token lasts 90 days unless somebody says otherwise")
  func tokenDefault() async throws {
    try await withBroker { test in
      let made = try await test.admin.post("/v1/tokens", newToken).json()
      #expect(made["expires_at"] == .string("2026-05-30T09:30:00.000Z"))
    }
  }

  @Test("the policy in force")
  func policy() async throws {
    try await withBroker { test in
      let view = try await test.client("eve").get("/v1/policy").json()
      #expect(view.keys == ["digest", "issuing_stopped"])
      #expect(view["issuing_stopped"] == .null)
      #expect(view["digest"]?.text?.count == 64)
    }
  }
}
