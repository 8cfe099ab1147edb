import AccessAPI
import Testing

@Suite("error codes")
struct ErrorCodeTests {
  /// What outsiders build on: a line that changes here breaks their scripts.
  static let table: [(code: String, http: Int, exit: Int32)] = [
    ("usage", 400, 64), ("too-large", 413, 64), ("wrong-method", 405, 64),
    ("unauthenticated", 401, 77), ("refused", 403, 77), ("not-entitled", 403, 77),
    ("ambiguous-entitlement", 403, 77), ("duration-over-max", 403, 77),
    ("reason-missing", 403, 77), ("reason-mismatch", 403, 77), ("own-request", 403, 77),
    ("not-reviewer", 403, 77), ("widening", 403, 77), ("not-requester", 403, 77),
    ("not-authorised", 403, 77), ("admin-socket", 403, 77), ("other-digest", 403, 77),
    ("signature-required", 403, 77), ("signature-invalid", 403, 77), ("review-method", 403, 77),
    ("review-overdue", 403, 77),
    ("danger-not-accepted", 403, 77), ("locked-down", 403, 77), ("own-lockdown", 403, 77),
    ("frozen", 403, 77), ("outside-window", 403, 77), ("cap-reached", 403, 77),
    ("issuing-stopped", 503, 77), ("too-many", 429, 77),
    ("not-found", 404, 66), ("unknown-database", 404, 66), ("unknown-role", 404, 66),
    ("unknown-entitlement", 404, 66), ("unknown-request", 404, 66), ("unknown-token", 404, 66),
    ("unknown-person", 404, 66),
    ("wrong-state", 409, 73), ("already-reviewed", 409, 73), ("too-early", 409, 73),
    ("needs-review", 409, 73), ("key-reused", 422, 73),
    ("policy-refused", 422, 65), ("bad-data", 422, 65),
    ("database-unreachable", 502, 69), ("database-refused", 502, 69),
    ("ledger-unwritable", 503, 69), ("broker-unreachable", 503, 69),
    ("timed-out", 504, 75), ("bad-configuration", 500, 78),
    ("credentials-unwritable", 500, 78), ("internal", 500, 70),
  ]

  @Test("each code has its HTTP status and its exit code", arguments: table)
  func numbers(_ code: String, _ http: Int, _ exit: Int32) throws {
    let code = try #require(ErrorCode(rawValue: code))
    #expect(code.httpStatus == http)
    #expect(code.exitCode == exit)
  }

  @Test("the table has every code once")
  func complete() {
    #expect(Self.table.map(\.code).sorted() == ErrorCode.allCases.map(\.rawValue).sorted())
  }

  @Test("every failure has an exit code of sysexits, and never that of success")
  func sysexits() {
    let known: Set<Int32> = [64, 65, 66, 69, 70, 73, 75, 77, 78]
    #expect(ErrorCode.allCases.allSatisfy { known.contains($0.exitCode) })
  }
}
