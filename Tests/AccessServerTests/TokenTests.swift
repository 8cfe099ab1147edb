import AccessCore
import Testing

@Suite("tokens")
struct TokenTests {
  @Test("a token speaks for its user, whatever OS user presents it")
  func speaks() async throws {
    try await withBroker { test in
      let me = try await test.client("alice").get("/v1/whoami").json()
      #expect(me["principal"] == .string("alice"))
      #expect(me["method"] == .string("token"))
    }
  }

  @Test("a presented token that is not valid is never made up for by the OS user")
  func noFallback() async throws {
    let cases = [
      "Bearer jit_none", "Bearer ", "Bearer", "", "Basic YWxpY2U6", "jit_none",
      "Bearer \u{e9}", "Bearer jit_" + String(repeating: "0", count: 4_000),
    ]
    try await withBroker { test async throws in
      for field in cases {
        let reply = try await test.ordinary.call(
          "GET", "/v1/whoami", fields: ["Authorization": field], body: nil)
        #expect(reply.verdict == "401 unauthenticated", "\(field)")
      }
    }
  }

  @Test("a good token beside a bad one is not a good one")
  func twoTokens() async throws {
    try await withBroker { test in
      let good = try await test.token(for: "alice")
      let reply = try await test.ordinary.exchange { connection in
        try connection.send(
          "GET /v1/whoami HTTP/1.1\r\nHost: jit\r\nAuthorization: Bearer \(good)\r\n"
            + "Authorization: Bearer jit_none\r\n\r\n")
        return try connection.receive()
      }
      #expect(reply.verdict == "401 unauthenticated")
    }
  }

  @Test("the scheme is read in any case (RFC 9110 §11.1)")
  func schemeCase() async throws {
    let cases = ["bearer", "BEARER"]
    try await withBroker { test async throws in
      for scheme in cases {
        let token = try await test.token(for: "alice")
        let reply = try await test.ordinary.call(
          "GET", "/v1/whoami", fields: ["Authorization": "\(scheme) \(token)"], body: nil)
        #expect(reply.verdict == "200", "\(scheme)")
      }
    }
  }

  @Test("a token ends at its time, to the millisecond")
  func expires() async throws {
    try await withBroker { test in
      let client = HTTPClient(
        path: test.ordinaryPath, token: try await test.token(for: "alice", lifetime: "1h"))
      test.advance(byMs: 3_599_000)
      #expect(try await client.get("/v1/whoami").verdict == "200")
      test.advance(byMs: 1_000)
      #expect(try await client.get("/v1/whoami").verdict == "401 unauthenticated")
    }
  }

  @Test("a revoked token is worth nothing at once, and other ones go on")
  func revoked() async throws {
    try await withBroker { test in
      let made = try await test.admin.post("/v1/tokens", newToken).json()
      let id = try #require(made["id"]?.text)
      let one = HTTPClient(path: test.ordinaryPath, token: made["token"]?.text)
      let other = try await test.client("bob")
      #expect(try await one.get("/v1/whoami").verdict == "200")
      #expect(try await test.admin.post("/v1/tokens/\(id)/revoke").verdict == "200")
      #expect(try await one.get("/v1/whoami").verdict == "401 unauthenticated")
      #expect(try await other.get("/v1/whoami").verdict == "200")
      #expect(
        try await test.admin.post("/v1/tokens/\(id)/revoke").verdict == "404 unknown-token")
    }
  }

  @Test("the admin socket takes no token, not even a good one")
  func noTokenOnAdminSocket() async throws {
    try await withBroker { test in
      let client = HTTPClient(path: test.adminPath, token: try await test.token(for: "oscar"))
      #expect(try await client.get("/v1/whoami").verdict == "401 unauthenticated")
    }
  }

  @Test("a token is shown once and kept as a hash")
  func shownOnce() async throws {
    try await withBroker { test async throws in
      let token = try await test.token(for: "alice")
      #expect(token.count == 4 + 64 && token.hasPrefix("jit_"))
      let list = try await test.admin.get("/v1/tokens")
      #expect(!list.text.contains(token))
      guard case .array(let tokens) = try list.json() else { throw ConnectionError("not a list") }
      #expect(tokens.map { $0["token"] } == [.null])
      let auditor = try await test.client("audrey")
      #expect(try await !auditor.get("/v1/audit/entries").text.contains(token.dropFirst(4)))
    }
  }

  @Test("a token is for a principal and for a time")
  func badTokens() async throws {
    let cases = [
      ("Alice", "1h"), ("", "1h"), ("al ice", "1h"), ("alice\u{0}", "1h"), ("алиса", "1h"),
      (String(repeating: "a", count: 65), "1h"), ("alice", "0s"), ("alice", "1 h"),
      ("alice", "-1h"), ("alice", "367d"), ("alice", "999999999d"),
    ]
    try await withBroker { test async throws in
      for (user, duration) in cases {
        let body: JSON = .object(["user": .string(user), "duration": .string(duration)])
        #expect(try await test.admin.post("/v1/tokens", body).verdict == "400 usage", "\(body)")
        #expect(try await test.admin.get("/v1/tokens").text == "[]")
      }
    }
  }
}
