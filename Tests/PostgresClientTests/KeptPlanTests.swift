import AccessTesting
import PostgresClient
import Testing

@Suite("Statements whose plans are kept")
struct KeptPlanTests {
  private let sum = Statement("SELECT $1::int + 1 AS next")

  private func next(_ number: Int) -> Statement { Statement(sum.sql, ["\(number)"]).kept }

  private func planned(_ connection: Connection) async throws -> String? {
    try await connection.value("SELECT count(*) FROM pg_prepared_statements")
  }

  @Test("one is planned once for each connection, and answers by its parameters each time")
  func once() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    for number in 0..<8 {
      #expect(try await connection.query(next(number))[0].int("next") == number + 1)
    }
    let both = try await connection.pipeline([next(40), next(41)])
    #expect(try both.map { try $0[0].int("next") } == [41, 42])
    #expect(try await planned(connection) == "1")
    #expect(try await connection.query(Statement(sum.sql, ["1"]))[0].int("next") == 2)
    #expect(try await planned(ThrowAwayPostgres.shared.superuser()) == "0")
  }

  @Test("one that cannot be planned says so each time, and the connection goes on")
  func refused() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    for _ in 0..<2 {
      let error = try await failure {
        try await connection.query(Statement("SELEC").kept)
      }
      #expect(error.kind == .server(.syntaxError))
    }
    #expect(try await connection.query(next(1))[0].int("next") == 2)
  }

  @Test("a transaction that fails does not take its plans with it")
  func failed() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.pipeline([next(1), Statement("DROP ROLE nobody_at_all"), next(2)])
    }
    #expect(error.failedStatement == 1)
    #expect(try await connection.pipeline([next(3)])[0][0].int("next") == 4)
    #expect(try await planned(connection) == "1")
  }
}
