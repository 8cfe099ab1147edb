import AccessTesting
import PostgresClient
import Testing

@Suite("Pipelines")
struct PipelineTests {
  @Test("each statement has its rows, in order")
  func answers() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let answers = try await connection.pipeline([
      Statement("CREATE TEMP TABLE t (x int)"), Statement("INSERT INTO t VALUES ($1)", ["7"]),
      Statement("SELECT x, $1::text AS y FROM t", [nil]), Statement(""),
    ])
    #expect(answers.map(\.count) == [0, 0, 1, 0])
    #expect(try answers[2][0].int("x") == 7)
    #expect(try answers[2][0]["y"] == nil)
    #expect(try await connection.pipeline([]).isEmpty)
  }

  @Test(
    "an error undoes everything, names its statement, and the connection goes on", arguments: 0...2)
  func atomicity(failing: Int) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    try await connection.execute("CREATE TEMP TABLE t (x int)")
    var statements = (0...2).map { Statement("INSERT INTO t VALUES ($1)", ["\($0)"]) }
    statements[failing] = Statement("DROP ROLE nobody_at_all")
    let error = try await failure { [statements] in
      try await connection.pipeline(statements)
    }
    #expect(error.kind == .server(.undefinedObject))
    #expect(error.failedStatement == failing)
    #expect(try await connection.value("SELECT count(*) FROM t") == "0")
    let again = try await connection.pipeline([
      Statement("INSERT INTO t VALUES (1)"), Statement("SELECT count(*) FROM t"),
    ])
    #expect(try again[1][0][0] == "1")
  }

  @Test("of several errors the first is reported")
  func firstError() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.pipeline([
        Statement("SELECT 1"), Statement("DROP ROLE nobody_at_all"), Statement("SELEC"),
      ])
    }
    #expect(error.kind == .server(.undefinedObject))
    #expect(error.failedStatement == 1)
  }

  @Test("an error of the commit belongs to no statement")
  func commitFailure() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    try await connection.execute(
      "CREATE TEMP TABLE t (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    let error = try await failure {
      try await connection.pipeline([
        Statement("INSERT INTO t VALUES (1)"), Statement("INSERT INTO t VALUES (1)"),
      ])
    }
    #expect(error.sqlState?.rawValue == "23505")
    #expect(error.failedStatement == nil)
    #expect(try await connection.value("SELECT count(*) FROM t") == "0")
  }

  @Test("it is one transaction")
  func oneTransaction() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let statement = Statement("SELECT pg_current_xact_id()")
    let ids = try await connection.pipeline([statement, statement]).map { try $0[0][0] }
    #expect(ids[0] == ids[1])
  }

  @Test("more than the buffers of both sides hold does not block")
  func large() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let text = String(repeating: "x", count: 10_000)
    let answers = try await connection.pipeline(
      Array(repeating: Statement("SELECT $1::text", [text]), count: 2000))
    #expect(answers.count == 2000)
    #expect(try answers.allSatisfy { try $0[0][0] == text })
  }

  @Test("COPY ends the connection instead of hanging")
  func copy() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.pipeline([
        Statement("SELECT 1"), Statement("COPY pg_class TO STDOUT"), Statement("SELECT 1"),
      ])
    }
    #expect(error.kind == .misuse)
    #expect(await !connection.isUsable)
  }
}
