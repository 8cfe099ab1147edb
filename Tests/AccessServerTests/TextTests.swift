import AccessCore
import Testing

@Suite("what people write")
struct TextTests {
  @Test("a text comes back as it was sent, whatever is in it")
  func roundTrip() async throws {
    let cases = [
      "INC-1", "INC-1 \u{1B}[31mred\u{1B}[0m", "INC-1 \u{202E}txt.exe", "INC-1\r\nINC-2\ttab",
      "INC-1 \u{0}\u{7F}\u{FEFF}", "INC-1 \u{1F469}\u{200D}\u{1F4BB} \u{E000}\u{10FFFF}",
      "=INC-1+cmd|' /C calc'!A0", #"{"quote":"\"}"#, "e\u{301} is not \u{E9}",
    ]
    try await withBroker { test async throws in
      for text in cases {
        let alice = try await test.client("alice")
        let made = try await alice.post("/v1/requests", ask(reason: text, ticket: text)).json()
        let id = try #require(made["id"]?.text)
        for view in [made, try await alice.get("/v1/requests/\(id)").json()] {
          for field in ["reason", "ticket"] {
            let shown = try #require(view[field]?.text)
            #expect(Array(shown.unicodeScalars) == Array(text.unicodeScalars), "\(text.inert)")
          }
        }
      }
    }
  }

  @Test("a text may have 2,048 bytes and not one more", arguments: ["reason", "ticket"])
  func longest(_ field: String) async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      // Two bytes each, so that counting characters would not do.
      let longest = String(repeating: "\u{E9}", count: 1_024)
      func answer(_ text: String) async throws -> String {
        let body = field == "reason" ? ask(reason: text) : ask(ticket: text)
        return try await alice.post("/v1/requests", body).verdict
      }
      #expect(try await answer(longest) == "201")
      #expect(try await answer(longest + "x") == "413 too-large")
    }
  }

  @Test("a comment may have 2,048 bytes and not one more", arguments: ["approve", "deny"])
  func longestComment(_ verdict: String) async throws {
    try await withBroker { test in
      let dana = try await test.client("dana")
      let path = "/v1/requests/" + (try await test.request(.pending)) + "/reviews"
      func answer(_ count: Int) async throws -> String {
        let comment = String(repeating: "x", count: count)
        let body: JSON = .object(["verdict": .string(verdict), "comment": .string(comment)])
        return try await dana.post(path, body).verdict
      }
      #expect(try await answer(2_049) == "413 too-large")
      #expect(try await answer(2_048) == "200")
    }
  }

  @Test("the reason of a revocation may have 2,048 bytes and not one more")
  func longestRevocation() async throws {
    try await withBroker { test in
      let rhea = try await test.client("rhea")
      let path = "/v1/requests/" + (try await test.request(.active)) + "/revoke"
      func answer(_ count: Int) async throws -> String {
        let reason = String(repeating: "x", count: count)
        return try await rhea.post(path, .object(["reason": .string(reason)])).verdict
      }
      #expect(try await answer(0) == "400 usage")
      #expect(try await answer(2_049) == "413 too-large")
      #expect(try await answer(2_048) == "200")
    }
  }

  @Test("a reason that the rule asks for cannot be left out", arguments: [JSON.null, .string("")])
  func missing(_ reason: JSON) async throws {
    try await withBroker { test in
      guard case .object(var body) = sampleAsk else { throw ConnectionError("not an object") }
      body["reason"] = reason
      let reply = try await test.client("alice").post("/v1/requests", .object(body))
      #expect(reply.verdict == "403 reason-missing")
    }
  }

  @Test("what a bad name or duration was is shown without anything that acts on a terminal")
  func inertErrors() async throws {
    let cases = ["\u{1B}[2J", "\u{202E}abc", "a\nb", "\u{0}"]
    try await withBroker { test async throws in
      for text in cases {
        let alice = try await test.client("alice")
        for field in ["database", "role", "duration", "start", "entitlement"] {
          guard case .object(var body) = sampleAsk else { throw ConnectionError("not an object") }
          body[field] = .string(text)
          let reply = try await alice.post("/v1/requests", .object(body))
          let title = try #require(try reply.json()["title"]?.text)
          #expect((400..<500).contains(reply.status), "\(field) \(text.inert)")
          #expect(title.unicodeScalars.allSatisfy { !$0.actsOnReader }, "\(field)")
        }
      }
    }
  }
}
