import AccessBroker
import AccessCore
import Foundation
import Testing

@testable import Ledger

@Suite("audit export")
struct ExportTests {
  @Test("jsonl is the stored bytes of each entry, one a line, its own export included")
  func jsonl() async throws {
    try await withBroker { test in
      _ = try await test.request(.ended)
      let reply = try await test.client("audrey").get("/v1/audit/entries")
      #expect(reply.fields["content-type"] == "application/jsonl")
      let size = await test.entryCount
      var stored: [UInt8] = []
      for seq in 0..<size {
        stored += try #require(try await test.broker.ledger.body(of: seq)) + [0x0A]
      }
      #expect(reply.body == stored)
      let last = try JSON(parsing: try #require(reply.entryLines.last))
      #expect(last["kind"] == .string("audit.exported"))
      #expect(last["actor"] == .string("audrey"))
    }
  }

  @Test("an export longer than one page has every entry once")
  func pages() async throws {
    try await withBroker { test in
      let bob = Caller(principal: try #require(Principal("bob")), proof: .peer(uid: 1_000))
      let submission = Submission(
        database: "orders_PROD", role: "write", duration: "30m", reason: test.broker.written("INC"))
      for _ in 0..<520 {
        _ = try await test.broker.request(submission, by: bob, idempotency: nil)
      }
      let lines = try await test.client("audrey").get("/v1/audit/entries").entryLines
      let numbers = try lines.map { try JSON(parsing: $0)["seq"] }
      #expect(numbers == (0..<Int64(lines.count)).map { .integer($0) })
      #expect(lines.count > 520)
    }
  }

  @Test("what an export was chosen by stands in its entry")
  func filters() async throws {
    try await withBroker { test in
      let id = try await test.request(.pending)
      let audrey = try await test.client("audrey")
      _ = try await audrey.get(
        "/v1/audit/entries?database=orders_PROD&since=2026-03-01T00:00:00Z")
      let last = try #require(
        try await audrey.get("/v1/audit/entries?kind=audit.exported").entryLines.first)
      #expect(
        try JSON(parsing: last)["data"]?["filters"]
          == .object([
            "database": .string("orders_PROD"), "since": .string("2026-03-01T00:00:00.000Z"),
          ]), "request \(id)")
    }
  }

  @Test("a refused question leaves no entry of an export")
  func refused() async throws {
    try await withBroker { test in
      let audrey = try await test.client("audrey")
      let before = await test.entryCount
      #expect(try await audrey.get("/v1/audit/entries?since=now").verdict == "400 usage")
      #expect(await test.entryCount == before)
    }
  }

  @Test("since is inclusive, until is not")
  func times() async throws {
    try await withBroker { test in
      let audrey = try await test.client("audrey")
      test.advance(byMs: 60_000)
      let id = try await test.request(.pending)
      test.advance(byMs: 60_000)
      _ = try await test.request(.pending)
      func submitted(_ query: String) async throws -> [String] {
        let lines = try await audrey.get("/v1/audit/entries?\(query)").entryLines
        return try lines.map { try JSON(parsing: $0) }
          .filter { $0["kind"] == .string("request.submitted") }
          .compactMap { $0["request"]?.text }
      }
      let (start, end) = ("2026-03-01T09:31:00Z", "2026-03-01T09:32:00Z")
      #expect(try await submitted("since=\(start)&until=\(end)") == [id])
      #expect(try await submitted("since=\(start)").count == 2)
      #expect(try await submitted("until=\(start)") == [])
      #expect(try await submitted("since=2026-03-01T10:31:00%2B01:00&until=\(end)") == [id])
    }
  }

  @Test("of one database, an export has the whole history of its requests and no other")
  func database() async throws {
    try await withBroker { test in
      let id = try await test.request(.ended)
      let eves: JSON = .object([
        "database": .string("shop_PROD"), "role": .string("read"), "duration": .string("1h"),
      ])
      let other = try await test.client("eve").post("/v1/requests", eves).json()["id"]
      let audrey = try await test.client("audrey")
      func kinds(_ database: String) async throws -> [JSON] {
        let lines = try await audrey.get("/v1/audit/entries?database=\(database)").entryLines
        return try lines.map { try JSON(parsing: $0) }
      }
      let orders = try await kinds("orders_PROD")
      #expect(orders.allSatisfy { $0["request"] == .string(id) })
      #expect(
        orders.compactMap { $0["kind"]?.text } == [
          "request.submitted", "review.recorded", "request.approved", "grant.activating",
          "grant.activated", "grant.revoking", "grant.ended",
        ])
      let shop = try await kinds("shop_PROD")
      #expect(shop.count == 2 && shop.allSatisfy { $0["request"] == other })
      let unknown = try await audrey.get("/v1/audit/entries?database=nothing_PROD")
      #expect(unknown.verdict == "404 unknown-database")
      // Who may not export does not learn which names there are.
      let eve = try await test.client("eve").get("/v1/audit/entries?database=nothing_PROD")
      #expect(eve.verdict == "403 not-authorised")
    }
  }

  @Test("csv has the same entries, in columns that RFC 4180 readers split alike")
  func csv() async throws {
    try await withBroker { test in
      _ = try await test.request(.ended)
      let audrey = try await test.client("audrey")
      let entries = try await audrey.get("/v1/audit/entries").entryLines
        .map { try JSON(parsing: $0) }
      let reply = try await audrey.get("/v1/audit/entries?format=csv")
      #expect(reply.fields["content-type"] == "text/csv; charset=utf-8")
      let records = try CSVRecords(reply.text).records
      #expect(records.first == ["seq", "at", "kind", "actor", "method", "request", "data"])
      for (entry, record) in zip(entries, records.dropFirst()) {
        let expected = ["seq", "at", "kind", "actor"].map { entry[$0]?.cell ?? "" }
        #expect(Array(record.prefix(4)) == expected)
        #expect(record[4] == entry["auth"]?["method"]?.text)
        #expect(record[5] == entry["request"]?.text ?? "")
        #expect(try JSON(parsing: Array(record[6].utf8)) == entry["data"])
      }
      // The header, and the entry of this second export.
      #expect(records.count == entries.count + 2)
    }
  }
}

extension Reply {
  fileprivate var entryLines: [[UInt8]] { body.split(separator: 0x0A).map(Array.init) }
}

extension JSON {
  fileprivate var cell: String {
    if case .integer(let number) = self { String(number) } else { text ?? "" }
  }
}
