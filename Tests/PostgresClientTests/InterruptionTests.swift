import AccessTesting
import PostgresClient
import Testing

@Suite("Servers that are slow, stopped or gone")
struct InterruptionTests {
  @Test("a statement is cancelled from another task, and the connection goes on")
  func cancel() async throws {
    let server = try await ThrowAwayPostgres.shared
    let connection = try await server.superuser()
    let observer = try await server.superuser()
    async let outcome = failure {
      try await connection.query("SELECT pg_sleep(60)")
    }
    #expect(try await eventually { try await observer.isSleeping(connection) })
    try await connection.cancel()
    #expect(try await outcome.kind == .server(.queryCanceled))
    #expect(try await connection.value("SELECT 1") == "1")
  }

  @Test("a pipeline is cancelled as a whole")
  func cancelPipeline() async throws {
    let server = try await ThrowAwayPostgres.shared
    let connection = try await server.superuser()
    let observer = try await server.superuser()
    async let outcome = failure {
      try await connection.pipeline([
        Statement("CREATE TEMP TABLE t ()"), Statement("SELECT pg_sleep(60)"),
        Statement("SELECT 1"),
      ])
    }
    #expect(try await eventually { try await observer.isSleeping(connection) })
    try await connection.cancel()
    let error = try await outcome
    #expect(error.kind == .server(.queryCanceled))
    #expect(error.failedStatement == 1)
    #expect(try await connection.value("SELECT to_regclass('pg_temp.t')") == nil)
  }

  @Test("nobody at a port is unreachable at once")
  func nobodyListens() async throws {
    var parameters = ConnectionParameters(
      host: "127.0.0.1", port: 1, dbname: "postgres", user: "postgres", sslmode: .disable)
    parameters.connectTimeoutSeconds = 60
    let start = ContinuousClock.now
    let error = try await failure { [parameters] in
      try await Connection.open(parameters)
    }
    #expect(error.kind == .unreachable)
    #expect(error.message.contains("Connection refused"))
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test("a session ended by somebody else is lost, with the reason")
  func terminated() async throws {
    let server = try await ThrowAwayPostgres.shared
    let connection = try await server.superuser()
    let observer = try await server.superuser()
    _ = try await observer.query(
      "SELECT pg_terminate_backend($1, 10000)", ["\(connection.backendPID)"])
    let error = try await failure {
      try await connection.query("SELECT 1")
    }
    #expect(error.kind == .unreachable)
    #expect(error.sqlState == .adminShutdown)
    #expect(await !connection.isUsable)
  }

  @Test("a session ended in the middle of a pipeline is lost")
  func terminatedInPipeline() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    let error = try await failure {
      try await connection.pipeline([
        Statement("SELECT pg_terminate_backend(pg_backend_pid())"), Statement("SELECT 1"),
      ])
    }
    #expect(error.kind == .unreachable)
    #expect(await !connection.isUsable)
  }

  @Test("a closed connection says so")
  func closed() async throws {
    let connection = try await ThrowAwayPostgres.shared.superuser()
    await connection.close()
    await connection.close()
    #expect(await !connection.isUsable)
    let error = try await failure {
      try await connection.query("SELECT 1")
    }
    #expect(error.kind == .unreachable)
    connection.sever()
  }

  @Test("a connection that nobody holds is closed")
  func forgotten() async throws {
    let server = try await ThrowAwayPostgres.shared
    let observer = try await server.superuser()
    let pid = try await server.superuser().backendPID
    #expect(
      try await eventually {
        try await observer.query("SELECT FROM pg_stat_activity WHERE pid = $1", ["\(pid)"]).isEmpty
      })
  }

  @Test("a server that stops under a connection makes it unusable, and is found again later")
  func stopped() async throws {
    try await withPostgres { server in
      let connection = try await server.superuser()
      try await connection.execute("CREATE TABLE public.t (x int)")
      try await server.stop(mode: .immediate)
      let error = try await failure {
        try await connection.query("SELECT 1")
      }
      #expect(error.kind == .unreachable)
      #expect(await !connection.isUsable)
      let refused = try await failure { try await server.superuser() }
      #expect(refused.kind == .unreachable)

      try await server.startAgain()
      let again = try await server.superuser()
      #expect(try await again.value("SELECT count(*) FROM public.t") == "0")
    }
  }

  @Test("a server that hangs blocks only its own connections, and they can be severed")
  func paused() async throws {
    try await withPostgres { hanging in
      let stuck = try await hanging.superuser()
      try await hanging.pause()
      async let outcome = failure { try await stuck.query("SELECT 1") }

      var parameters = hanging.superuserParameters()
      parameters.connectTimeoutSeconds = 1
      let late = try await failure { [parameters] in
        try await Connection.open(parameters)
      }
      #expect(late.kind == .unreachable)

      let other = try await ThrowAwayPostgres.shared.superuser()
      #expect(try await other.value("SELECT 1") == "1")

      stuck.sever()
      #expect(try await outcome.kind == .unreachable)
      #expect(await !stuck.isUsable)

      try await hanging.resume()
      #expect(try await hanging.superuser().value("SELECT 1") == "1")
    }
  }

  @Test("a hundred connections that block do not stop another one", .timeLimit(.minutes(1)))
  func manyBlocked() async throws {
    try await withPostgres(settings: ["max_connections": "120"], fsync: false) { server in
      var sleepers: [Connection] = []
      for _ in 0..<100 { sleepers.append(try await server.superuser()) }
      let outcomes = sleepers.map { sleeper in
        Task {
          try await failure {
            try await sleeper.query("SELECT pg_sleep(600)")
          }
        }
      }
      let other = try await server.superuser()
      #expect(
        try await eventually {
          try await other.value(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "100"
        })
      for sleeper in sleepers { try await sleeper.cancel() }
      for outcome in outcomes {
        #expect(try await outcome.value.kind == .server(.queryCanceled))
      }
    }
  }
}

extension Connection {
  fileprivate func isSleeping(_ other: Connection) throws(PostgresError) -> Bool {
    let sql = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
    return try !query(sql, ["\(other.backendPID)"]).isEmpty
  }
}
