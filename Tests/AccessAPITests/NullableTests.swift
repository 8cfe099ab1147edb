import AccessAPI
import Foundation
import Testing

@Suite("fields that are always present")
struct NullableTests {
  private struct Sample: Codable, Equatable {
    @Nullable var word: String?
    @Nullable var words: [String]?
    @Nullable var count: Int?
  }

  private func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private func decode<Value: Decodable>(_ json: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(json.utf8))
  }

  @Test("what is empty is null, not missing")
  func nulls() throws {
    #expect(
      try encode(Sample(word: nil, words: nil, count: nil))
        == #"{"count":null,"word":null,"words":null}"#)
    #expect(
      try encode(Sample(word: "", words: [], count: 0)) == #"{"count":0,"word":"","words":[]}"#)
  }

  @Test("null, missing and a value are all read")
  func reads() throws {
    let nothing = Sample(word: nil, words: nil, count: nil)
    #expect(try decode("{}") == nothing)
    #expect(try decode(#"{"word":null,"words":null,"count":null}"#) == nothing)
    #expect(
      try decode(#"{"word":"x","words":["y"],"count":1}"#)
        == Sample(word: "x", words: ["y"], count: 1))
  }

  @Test(
    "a value of another type is an error, not null",
    arguments: [#"{"word":1}"#, #"{"words":"y"}"#, #"{"count":"1"}"#, #"{"words":[null]}"#])
  func wrongType(_ json: String) {
    #expect(throws: DecodingError.self) { let _: Sample = try decode(json) }
  }

  @Test("a client may leave out what it does not set, and say what a newer broker knows")
  func clientBodies() throws {
    #expect(
      try decode(#"{"database":"d","role":"r","duration":"1h","new":[1]}"#)
        == NewRequest(database: "d", role: "r", duration: "1h", reason: nil))
    #expect(
      try decode(#"{"verdict":"approve"}"#)
        == NewReview(verdict: "approve", duration: nil, comment: nil))
    #expect(try decode(#"{"user":"bob"}"#) == NewToken(user: "bob", duration: nil))
    #expect(throws: DecodingError.self) { let _: NewRevocation = try decode("{}") }
    #expect(throws: DecodingError.self) { let _: NewRequest = try decode(#"{"role":"r"}"#) }
  }

  @Test("an answer is the same on both sides")
  func roundTrip() throws {
    let receipt = ReceiptView(
      sessionsEnded: 2, preparedRolledBack: 1, objectsDropped: 0,
      residue: [ResidueView(database: "orders", kind: "table", name: "t", note: nil)],
      verified: true, overrunMs: 12)
    let grant = GrantView(
      state: "ended", fenced: true, stuckBecause: nil, roleName: "jit_alice_7f3k2qxw",
      activatedAt: "2026-03-01T09:30:00.000Z", expiresAt: "2026-03-01T10:00:00.000Z",
      endedAt: "2026-03-01T10:00:00.012Z", cause: "expired", receipt: receipt)
    let request = RequestView(
      id: "7F3K2QXW", state: "approved", requester: "alice", database: "orders_PROD",
      databaseUID: "db-1", environment: "production", role: "write", duration: "15m",
      requestedDuration: "30m",
      start: nil, reason: "INC-42", ticket: nil, entitlement: "orders-write", breakGlass: false,
      extends: nil, submittedAt: "2026-03-01T09:00:00.000Z", decidedAt: nil, lapsesAt: nil,
      needs: [NeedView(from: "dba", count: 1, have: 1, people: ["dana"])],
      reviews: [
        ReviewView(
          reviewer: "dana", verdict: "approve", comment: nil, duration: "15m", signed: false,
          at: "2026-03-01T09:10:00.000Z")
      ], grant: grant, digest: "00", sql: nil, durable: true)
    #expect(try decode(encode(request)) == request)
    let credentials = CredentialsView(
      id: "7F3K2QXW", host: "db", port: 5432, dbname: "orders", user: "u", password: nil,
      sslmode: "verify-full", expiresAt: "2026-03-01T10:00:00.000Z", uri: nil)
    #expect(try decode(encode(credentials)) == credentials)
  }
}
