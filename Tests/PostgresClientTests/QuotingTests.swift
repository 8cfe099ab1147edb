import AccessTesting
import PostgresClient
import Testing

@Suite("Names and texts inside SQL")
struct QuotingTests {
  @Test(
    "a name comes back as it was, and does nothing else",
    arguments: [
      "plain", "With Space", #"x"; DROP ROLE bob;--"#, "semi;colon", "new\nline", "'quote'",
      #"back\slash"#, "żółć", "select", #"""#, String(repeating: "n", count: 63),
    ])
  func identifiers(name: String) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let quoted = try await connection.quoted(identifier: name)
    try await connection.execute(
      """
      BEGIN;
      CREATE ROLE bob;
      CREATE SCHEMA \(quoted)
      """)
    let rows = try await connection.query(
      """
      SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1) AS schemas,
             (SELECT count(*) FROM pg_roles WHERE rolname = 'bob') AS roles
      """, [name])
    try await connection.execute("ROLLBACK")
    let row = try #require(rows.first)
    #expect(try row.int("schemas") == 1)
    #expect(try row.int("roles") == 1)
  }

  @Test("names that the server would cut or refuse are refused", arguments: [0, 64, 1000])
  func length(bytes: Int) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.quoted(identifier: String(repeating: "n", count: bytes))
    }
    #expect(error.kind == .misuse)
  }

  @Test(
    "a text comes back as it was",
    arguments: ["", "plain", "O'Brien", #"'; DROP ROLE bob; --\"#, #"\'"#, "new\nline", "żółć"])
  func literals(text: String) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let quoted = try await connection.quoted(literal: text)
    #expect(try await connection.value("SELECT \(quoted)") == text)
  }
}
