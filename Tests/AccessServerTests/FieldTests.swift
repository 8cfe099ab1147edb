import AccessCore
import Testing

/// Every JSON field of DESIGN §5, there in every answer, `null` when it is empty. Decision 2
/// names the additions to that list.
@Suite("fields of answers")
struct FieldTests {
  static let request = [
    "id", "state", "requester", "database", "environment", "role", "duration",
    "requested_duration", "start", "reason", "ticket", "reason_salt", "ticket_salt", "entitlement",
    "break_glass", "extends",
    "submitted_at", "decided_at", "lapses_at", "needs", "reviews", "grant", "lockdown", "digest",
    "origin", "review_due", "sql", "durable", "database_uid", "stopped", "stopped_until",
    "look_alikes",
    "last_grants", "table_access",
  ]
  static let grant = [
    "state", "fenced", "stuck_because", "role_name", "activated_at", "expires_at", "ended_at",
    "cause", "receipt", "drift",
  ]
  static let receipt = [
    "sessions_ended", "prepared_rolled_back", "objects_dropped", "residue", "verified",
    "overrun_ms",
  ]
  static let credentials = [
    "id", "host", "port", "dbname", "user", "password", "sslmode", "expires_at", "uri",
  ]

  @Test("a request that waits")
  func pending() async throws {
    try await withBroker { test in
      let id = try await test.request(.pending)
      let view = try await test.client("alice").get("/v1/requests/\(id)").json()
      #expect(view.keys == Self.request.sorted())
      let expected: [String: JSON] = [
        "id": .string(id), "state": .string("pending"), "requester": .string("alice"),
        "database": .string("orders_PROD"), "environment": .string("production"),
        "role": .string("write"), "duration": .string("30m"),
        "requested_duration": .string("30m"), "start": .null,
        "reason": .string("INC-1 unstick orders"), "ticket": .null,
        "entitlement": .string("orders-write"), "break_glass": .bool(false), "extends": .null,
        "submitted_at": .string("2026-03-01T09:30:00.000Z"), "decided_at": .null,
        "lapses_at": .string("2026-03-01T13:30:00.000Z"), "reviews": .array([]), "grant": .null,
        "needs": .array([
          .object([
            "from": .string("dba"), "count": .integer(1), "have": .integer(0),
            "people": .array([.string("dana")]), "when": .null, "signature": .bool(false),
          ])
        ]),
        "durable": .bool(true),
        "sql": .array([.string("CREATE ROLE jit_alice_\(id.lowercased()) NOLOGIN")]),
        "table_access": .object([
          "tables": .array([
            .object([
              "name": .string("public.app_write"), "privileges": .array([.string("SELECT")]),
            ])
          ]), "more": .integer(0),
        ]),
        "last_grants": .array([]),
      ]
      for (field, value) in expected { #expect(view[field] == value, "\(field)") }
      #expect(view["digest"]?.text?.count == 64)
    }
  }

  @Test("a request that was approved for less, and its review")
  func approved() async throws {
    try await withBroker { test in
      let id = try await test.request(.pending)
      test.advance(byMs: 60_000)
      let review: JSON = .object([
        "verdict": .string("approve"), "duration": .string("15m"), "comment": .string("be quick"),
      ])
      let view = try await test.client("dana").post("/v1/requests/\(id)/reviews", review).json()
      #expect(view.keys == Self.request.sorted())
      #expect((view["state"], view["sql"]) == (.string("approved"), .null))
      #expect((view["table_access"], view["last_grants"]) == (.null, .null))
      #expect(view["duration"] == .string("15m"))
      #expect(view["requested_duration"] == .string("30m"))
      #expect(view["decided_at"] == .string("2026-03-01T09:31:00.000Z"))
      #expect(view["lapses_at"] == .string("2026-03-01T10:31:00.000Z"))
      #expect(
        view["reviews"]
          == .array([
            .object([
              "reviewer": .string("dana"), "verdict": .string("approve"),
              "comment": .string("be quick"), "duration": .string("15m"),
              "signed": .bool(false), "method": .string("token"),
              "token_issued_by": .string("root"),
              "at": .string("2026-03-01T09:31:00.000Z"),
            ])
          ]))
    }
  }

  @Test("credentials, and the grant that they are of")
  func active() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let id = try await test.request(.approved)
      let user = "jit_alice_\(id.lowercased())"
      let shown = try await alice.post("/v1/requests/\(id)/activate").json()
      let password = try #require(shown["password"]?.text)
      #expect(shown.keys == Self.credentials.sorted())
      #expect(
        shown
          == .object([
            "id": .string(id), "host": .string("orders.example.com"), "port": .integer(6432),
            "dbname": .string("orders"), "user": .string(user),
            "password": .string(password), "sslmode": .string("prefer"),
            "expires_at": .string("2026-03-01T10:00:00.000Z"),
            "uri": .string(
              "postgresql://\(user):\(password)@orders.example.com:6432/orders?sslmode=prefer"),
          ]))
      let grant = try await alice.get("/v1/requests/\(id)").json()["grant"]
      #expect(
        grant
          == .object([
            "state": .string("active"), "fenced": .null, "stuck_because": .null,
            "role_name": .string(user), "activated_at": .string("2026-03-01T09:30:00.000Z"),
            "expires_at": .string("2026-03-01T10:00:00.000Z"), "ended_at": .null,
            "cause": .null, "receipt": .null, "drift": .array([]),
          ]))
    }
  }

  @Test("what the requester had there before, and nothing of others")
  func lastGrants() async throws {
    try await withBroker { test in
      let before = try await test.request(.ended)
      let id = try await test.request(.pending)
      let view = try await test.client("dana").get("/v1/requests/\(id)").json()
      #expect(
        view["last_grants"]
          == .array([
            .object([
              "id": .string(before), "role": .string("write"),
              "activated_at": .string("2026-03-01T09:30:00.000Z"),
              "ended_at": .string("2026-03-01T09:30:00.000Z"), "cause": .string("released"),
            ])
          ]))
      let first = try await test.client("alice").get("/v1/requests/\(before)").json()
      #expect(first["last_grants"] == .array([]))
    }
  }

  @Test("a grant that has ended, and its receipt")
  func ended() async throws {
    try await withBroker { test in
      let id = try await test.request(.ended)
      let view = try await test.client("alice").get("/v1/requests/\(id)").json()
      let grant = try #require(view["grant"])
      #expect(grant.keys == Self.grant.sorted())
      #expect(grant["receipt"]?.keys == Self.receipt.sorted())
      #expect(view["state"] == .string("approved"))
      #expect((grant["state"], grant["fenced"]) == (.string("ended"), .bool(true)))
      #expect(grant["cause"] == .string("released"))
      #expect(grant["ended_at"] == .string("2026-03-01T09:30:00.000Z"))
      #expect(grant["receipt"]?["residue"] == .array([]))
      #expect(grant["receipt"]?["verified"] == .bool(true))
    }
  }

  @Test("a password never stands in a list, a request, or the history")
  func noPassword() async throws {
    try await withBroker { test in
      let id = try await test.request(.approved)
      let (alice, audrey) = (try await test.client("alice"), try await test.client("audrey"))
      let shown = try await alice.post("/v1/requests/\(id)/activate").json()
      let password = try #require(shown["password"]?.text)
      for path in ["/v1/requests/\(id)", "/v1/requests?scope=all", "/v1/grants"] {
        #expect(try await !alice.get(path).text.contains(password))
      }
      #expect(try await !audrey.get("/v1/audit/entries").text.contains(password))
    }
  }
}

extension JSON {
  /// The names of an object's members, in order.
  var keys: [String]? {
    guard case .object(let members) = self else { return nil }
    return members.keys.sorted()
  }
}
