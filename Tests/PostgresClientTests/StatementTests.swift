import AccessTesting
import PostgresClient
import Testing

@Suite("Single statements")
struct StatementTests {
  @Test(
    "parameters arrive as they were sent",
    arguments: [
      nil, "", "a", "O'Brien", #"back\slash"#, "line\nline", "$1; DROP TABLE x; --", "żółć 🔑",
      String(repeating: "long ", count: 100_000),
    ])
  func parameters(text: String?) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let rows = try await connection.query(
      "SELECT $1::text AS same, $2::int + 1 AS next, $1 IS NULL AS absent", [text, "41"])
    let row = try #require(rows.first)
    #expect(try row["same"] == text)
    #expect(try row[0] == text)
    #expect(try row.int("next") == 42)
    #expect(try row.bool("absent") == (text == nil))
  }

  @Test("rows come in order with the names of their columns")
  func rows() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let rows = try await connection.query(
      "SELECT n, NULLIF(n, 2) AS gap FROM generate_series(1, 3) AS n")
    #expect(rows.columns == ["n", "gap"])
    #expect(try rows.map { row in try row.int("n") } == [1, 2, 3])
    #expect(try rows.map { row in try row["gap"] } == ["1", nil, "3"])
    #expect(try await connection.query("SELECT WHERE false").isEmpty)
    #expect(try await connection.query("").isEmpty)
  }

  @Test(
    "a reader that does not fit the statement gets an error",
    arguments: [
      { (row: Row) throws in _ = try row["missing"] },
      { (row: Row) throws in _ = try row[2] },
      { (row: Row) throws in _ = try row.text("gap") },
      { (row: Row) throws in _ = try row.int("word") },
      { (row: Row) throws in _ = try row.bool("word") },
    ] as [@Sendable (Row) throws -> Void])
  func mismatch(read: @Sendable (Row) throws -> Void) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let row = try #require(
      try await connection.query("SELECT NULL::text AS gap, 'x' AS word").first)
    let error = #expect(throws: PostgresError.self) { try read(row) }
    #expect(error?.kind == .misuse)
  }

  @Test("NUL characters are refused and nothing is sent")
  func nul() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    try await connection.execute("CREATE TEMP TABLE t (x text)")
    let calls: [@Sendable () async throws -> Void] = [
      {
        _ = try await connection.query("INSERT INTO t VALUES ('a')\0")
      },
      {
        _ = try await connection.query("INSERT INTO t VALUES ($1)", ["a\0b"])
      },
      { try await connection.execute("INSERT INTO t VALUES ('a')\0") },
      {
        _ = try await connection.pipeline([
          Statement("INSERT INTO t VALUES ('a')"), Statement("INSERT INTO t VALUES ($1)", ["a\0b"]),
        ])
      },
      { _ = try await connection.quoted(identifier: "a\0b") },
      { _ = try await connection.quoted(literal: "a\0b") },
    ]
    for call in calls {
      #expect(try await failure(of: call).kind == .misuse)
    }
    #expect(try await connection.value("SELECT count(*) FROM t") == "0")
  }

  @Test("too many parameters are refused")
  func tooManyParameters() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.query("SELECT 1", Array(repeating: "1", count: 65_536))
    }
    #expect(error.kind == .misuse)
    #expect(try await connection.value("SELECT 1") == "1")
  }

  @Test("several statements without a BEGIN are one transaction")
  func implicitTransaction() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.execute("CREATE TEMP TABLE t (x int); SELECT 1/0")
    }
    #expect(error.sqlState?.rawValue == "22012")
    #expect(try await connection.value("SELECT to_regclass('pg_temp.t')") == nil)
    try await connection.execute("CREATE TEMP TABLE t (x int); INSERT INTO t VALUES (1), (2)")
    #expect(try await connection.value("SELECT count(*) FROM t") == "2")
  }

  @Test(
    "an error has the server's state, and the connection goes on",
    arguments: [
      ("DROP ROLE nobody_at_all", SQLState.undefinedObject),
      ("CREATE ROLE postgres", .duplicateObject),
      ("DROP TYPE pg_catalog.int4", .dependentObjectsStillExist),
      ("SELEC 1", .syntaxError),
    ])
  func states(sql: String, state: SQLState) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure { try await connection.query(sql) }
    #expect(error.kind == .server(state))
    #expect(error.sqlState == state)
    #expect(!error.message.isEmpty)
    #expect(await connection.isUsable)
    #expect(try await connection.value("SELECT 1") == "1")
  }

  @Test(
    "no error repeats the words of the statement or its parameters",
    arguments: [
      ("SELECT 'hunter2", []), ("hunter2", []), ("SELECT 1 'hunter2' 2", []),
      ("SELECT $1::int", ["hunter2"]), ("SELECT 1 FROM pg_class WHERE 'hunter2' = missing", []),
      (#"SELECT '{"hunter2"'::json"#, []), ("CREATE ROLE x PASSWORD 'hunter2' NONSENSE", []),
    ])
  func noStatementInErrors(sql: String, parameters: [String]) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.query(sql, parameters)
    }
    var dumped = ""
    dump(error, to: &dumped)
    #expect(!dumped.contains("hunter2"))
    #expect(!"\(error)".contains("hunter2"))
  }

  @Test("notices of the server are not printed")
  func notices() async throws {
    let server = try await ThrowAwayPostgres.shared
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
    ) { [port = server.port as Int, password = server.superuserPassword as String] in
      let connection = try await Connection.open(
        ConnectionParameters(
          host: "127.0.0.1", port: port, dbname: "postgres", user: "postgres", password: password,
          sslmode: .disable))
      try await connection.execute("DO $$ BEGIN RAISE WARNING 'hunter2'; END $$")
    }
    let printed = try #require(result)
    #expect(
      !String(decoding: printed.standardErrorContent + printed.standardOutputContent, as: UTF8.self)
        .contains("hunter2"))
  }

  @Test(
    "COPY is refused",
    arguments: ["COPY pg_class TO STDOUT", "CREATE TEMP TABLE t (x int); COPY t FROM STDIN"])
  func copy(sql: String) async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure { try await connection.execute(sql) }
    #expect(error.kind == .misuse)
    #expect(await !connection.isUsable)
  }
}
