import AccessAPI
import AccessCore
import AccessServer
import Foundation
import Testing

@Suite("problem details (RFC 9457)")
struct ProblemTests {
  @Test("a problem has its media type, and type, title, status and hint")
  func whole() async throws {
    try await withBroker { test in
      let reply = try await test.client("eve").get("/v1/requests/7F3K2QXW")
      #expect(reply.status == 404)
      #expect(reply.fields["content-type"] == "application/problem+json")
      #expect(
        try reply.json()
          == .object([
            "type": .string("urn:jit:error:unknown-request"), "status": .integer(404),
            "title": .string("there is no request 7F3K2QXW"),
            "hint": .string("see `jit requests`"),
          ]))
    }
  }

  @Test("every refusal has an error code of the same name", arguments: Refusal.Code.allCases)
  func refusals(_ code: Refusal.Code) {
    #expect(code.errorCode.rawValue == code.rawValue)
  }

  @Test("a path that there is not is 404")
  func noSuchPath() async throws {
    let cases = [
      "/", "/v1", "/v1/", "/v1/nothing", "/v2/requests", "/v1/requests/7F3K2QXW/steal",
      "/v1/requests/7F3K2QXW/reviews/1", "//v1//nothing", "/v1/%2e%2e/%2e%2e/etc/passwd",
      "/v1/requests/7F3K2QXW/../../whoami",
    ]
    try await withBroker { test async throws in
      for path in cases {
        #expect(try await test.client("alice").get(path).verdict == "404 not-found", "\(path)")
      }
    }
  }

  @Test("a method that a path does not have is 405, and the answer says what it has")
  func wrongMethod() async throws {
    let cases = [
      ("DELETE", "/v1/requests", "GET, POST"), ("PUT", "/v1/tokens", "GET, POST"),
      ("GET", "/v1/policy/reload", "POST"), ("POST", "/v1/whoami", "GET"),
      ("PATCH", "/v1/requests/7F3K2QXW", "GET"), ("PUT", "/healthz", "GET"),
    ]
    try await withBroker { test async throws in
      for (method, path, allowed) in cases {
        let reply = try await test.client("alice").call(method, path, fields: [:], body: [])
        #expect(reply.verdict == "405 wrong-method", "\(method) \(path)")
        #expect(reply.fields["allow"] == allowed, "\(method) \(path)")
      }
    }
  }

  @Test("an id that is none is a request that does not exist")
  func badID() async throws {
    let cases = [
      "7F3K2QX", "7F3K2QXWW", "7F3K2QXU", "%00%00%00%00%00%00%00%00", "%F0%9F%92%A9%F0%9F%92%A9",
    ]
    try await withBroker { test async throws in
      for id in cases {
        let reply = try await test.client("alice").get("/v1/requests/\(id)")
        #expect(reply.verdict == "404 unknown-request", "\(id)")
      }
    }
  }

  @Test("an id is read in any case, and answered in upper case")
  func idCase() async throws {
    try await withBroker { test in
      let id = try await test.request(.pending)
      let reply = try await test.client("alice").get("/v1/requests/\(id.lowercased())")
      #expect(try reply.json()["id"] == .string(id))
    }
  }

  @Test("a question that is not understood is a usage error")
  func badQuery() async throws {
    let cases = [
      "/v1/requests?scope=everything", "/v1/requests?scope=", "/v1/requests?state=approvd",
      "/v1/grants?scope=mine",
      "/v1/audit/entries?format=xml", "/v1/audit/entries?since=yesterday",
      "/v1/audit/entries?until=2026-13-01T00:00:00Z", "/v1/audit/entries?database=a%20b",
    ]
    try await withBroker { test async throws in
      for target in cases {
        #expect(try await test.client("audrey").get(target).verdict == "400 usage", "\(target)")
      }
    }
  }

  @Test("health and readiness need nobody's name")
  func health() async throws {
    try await withBroker { test in
      let nobody = HTTPClient(path: test.ordinaryPath, token: "jit_none")
      #expect(try await nobody.get("/healthz").status == 200)
      let ready = try await nobody.get("/readyz")
      #expect((ready.status, ready.text) == (200, "ready\n"))
    }
  }

  @Test("a broker without a good policy is alive, not ready, and gives nothing")
  func revokeOnly() async throws {
    try await withBroker(policy: "entitlements: [") { test in
      #expect(try await test.ordinary.get("/healthz").status == 200)
      let ready = try await test.ordinary.get("/readyz")
      #expect(ready.status == 503)
      #expect(ready.text.hasPrefix("revoke-only: the policy does not load: policy.yaml:"))
      #expect(
        try await test.client("alice").post("/v1/requests", sampleAsk).verdict
          == "503 issuing-stopped")
    }
  }

  @Test("a bad policy is refused at reload, and the good one stays in force")
  func badReload() async throws {
    try await withBroker { test in
      let before = try await test.admin.get("/v1/policy").json()
      test.policy.set("entitlements: {}\nmistake: 1\n")
      let reply = try await test.admin.post("/v1/policy/reload")
      #expect(reply.verdict == "422 policy-refused")
      #expect(try reply.json()["title"]?.text?.contains("policy.yaml:2:1") == true)
      #expect(try await test.admin.get("/v1/policy").json() == before)
      #expect(try await test.client("alice").post("/v1/requests", sampleAsk).verdict == "201")
    }
  }
}
