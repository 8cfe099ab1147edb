import AccessCore
import Foundation
import Testing

@Suite("proofs and selections of the ledger")
struct AuditTests {
  @Test("a requester's export has the whole history of their requests and their refused attempts")
  func requester() async throws {
    try await withBroker { test in
      let id = try await test.request(.ended)
      #expect(try await test.client("eve").post("/v1/requests", sampleAsk).status == 403)
      let audrey = try await test.client("audrey")
      func entries(_ query: String) async throws -> [JSON] {
        let reply = try await audrey.get("/v1/audit/entries?\(query)")
        return try reply.body.split(separator: 0x0A).map { try JSON(parsing: $0) }
      }
      let alices = try await entries("requester=alice")
      #expect(alices.count == 7 && alices.allSatisfy { $0["request"] == .string(id) })
      let eves = try await entries("requester=eve").map { $0["kind"]?.text }
      #expect(eves == ["request.refused"])
      let reviews = try await entries("requester=alice&kind=review.recorded")
      #expect(reviews.map { $0["actor"]?.text } == ["dana"])
      #expect(try await entries("requester=dana").isEmpty)
    }
  }

  @Test(
    "a selection that names nothing known is refused",
    arguments: [
      ("requester=alicia", "404 unknown-person"), ("requester=A", "400 usage"),
      ("kind=grant.endet", "400 usage"), ("database=%0A", "400 usage"),
      ("from=-1", "400 usage"), ("follow=perhaps", "400 usage"),
      ("follow=true&format=csv", "400 usage"),
    ])
  func refused(_ query: String, _ verdict: String) async throws {
    try await withBroker { test in
      let audrey = try await test.client("audrey")
      let before = await test.entryCount
      #expect(try await audrey.get("/v1/audit/entries?\(query)").verdict == verdict)
      #expect(await test.entryCount == before)
    }
  }

  @Test(
    "a proof is of what is there, and asked for in full",
    arguments: [
      ("index=0&size=1", "200"), ("old_size=0&size=1", "200"), ("old_size=1&size=1", "200"),
      ("index=1&size=1", "404 not-found"), ("index=0&size=1000", "404 not-found"),
      ("old_size=2&size=1", "404 not-found"), ("index=0", "400 usage"), ("size=1", "400 usage"),
      ("index=0&old_size=0&size=1", "400 usage"), ("index=x&size=1", "400 usage"),
    ])
  func proofs(_ query: String, _ verdict: String) async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      #expect(try await alice.get("/v1/audit/proof?\(query)").verdict == verdict)
    }
  }

  @Test("replies show the checkpoint to a witness, also when they refuse, and to nobody else")
  func witness() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      func fields(_ size: String?, _ path: String) async throws -> [String: String] {
        try await alice.call(
          "GET", path, fields: size.map { ["Jit-Witness-Size": $0] } ?? [:], body: nil
        ).fields
      }
      for path in ["/v1/whoami", "/v1/requests/7F3K2QXW", "/v1/audit/entries"] {
        let shown = try await fields("1", path)
        let note = try #require(shown["jit-checkpoint"].flatMap { Data(base64Encoded: $0) })
        #expect(String(decoding: note, as: UTF8.self).hasPrefix("jit.example.com/test#1\n"))
        #expect(shown["jit-verifier-key"]?.hasPrefix("jit.example.com/test#1+") == true)
        #expect(shown["jit-consistency"]?.isEmpty == false)
        #expect(try await fields(nil, path)["jit-checkpoint"] == nil)
      }
      #expect(try await fields("1000", "/v1/whoami")["jit-consistency"] == nil)
    }
  }

  @Test("the table of grants is as inert as the entries, and told by the selection alone")
  func grants() async throws {
    try await withBroker { test in
      _ = try await test.request(.ended)
      _ = try await test.request(.active)
      _ = try await test.request(.pending)
      let audrey = try await test.client("audrey")
      func table(_ query: String) async throws -> [[String]] {
        let lines = try await audrey.get("/v1/audit/bundle?\(query)").body.split(separator: 0x0A)
        let text = lines.filter { $0.first == UInt8(ascii: "g") }.map { $0.dropFirst() + [0x0A] }
        return try CSVRecords(String(decoding: text.joined(), as: UTF8.self)).records
      }
      let rows = try await table("")
      #expect(rows.count == 3)
      #expect(Set(rows.dropFirst().map { $0[1] }) == ["active", "ended"])
      let ended = try #require(rows.first { $0[1] == "ended" })
      #expect(
        Array(ended[2...6]) == ["alice", "orders_PROD", "production", "write", "orders-write"])
      #expect(ended[8] == "dana" && ended[13] == "released" && ended[14] == "yes")
      #expect(
        try await table("kind=grant.activating").allSatisfy { $0[12].isEmpty || $0[0] == "request" }
      )
      #expect(try await table("kind=review.recorded").count == 1)
    }
  }
}
