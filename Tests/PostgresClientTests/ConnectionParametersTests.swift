import AccessTesting
import Glibc
import PostgresClient
import Testing

@Suite("What a connection is made of")
struct ConnectionParametersTests {
  @Test("a password is in no description of the parameters")
  func passwordHidden() {
    let parameters = ConnectionParameters(
      host: "db1", dbname: "orders", user: "jit_broker", password: "hunter2")
    var dumped = ""
    dump(parameters, to: &dumped)
    for text in ["\(parameters)", String(reflecting: parameters), dumped] {
      #expect(!text.contains("hunter2"))
      #expect(text.contains("jit_broker"))
    }
  }

  @Test("a password is in no error of a refused login")
  func passwordNotInError() async throws {
    let server = try await ThrowAwayPostgres.shared
    let error = try await failure {
      try await server.connect(user: "postgres", password: "hunter2")
    }
    #expect(error.kind == .server(.invalidPassword))
    #expect(!"\(error)".contains("hunter2"))
  }

  @Test("an unknown database is an answer of the server")
  func unknownDatabase() async throws {
    let server = try await ThrowAwayPostgres.shared
    let error = try await failure {
      try await server.superuser(dbname: "nowhere")
    }
    #expect(error.kind == .server(.invalidCatalogName))
    #expect(error.message == #"database "nowhere" does not exist"#)
  }

  @Test("every session starts with a safe search path and the limits that were asked for")
  func startupOptions() async throws {
    let server = try await ThrowAwayPostgres.shared
    var parameters = server.superuserParameters()
    parameters.options = "-c search_path=public -c work_mem=1MB"
    parameters.limits = SessionLimits(
      lockTimeoutMilliseconds: 50, statementTimeoutMilliseconds: 5000,
      idleInTransactionTimeoutMilliseconds: 7000, idleSessionTimeoutMilliseconds: 90_000)
    let connection = try await Connection.open(parameters)
    let expected = [
      "search_path": "pg_catalog,pg_temp", "work_mem": "1MB", "lock_timeout": "50ms",
      "statement_timeout": "5s", "idle_in_transaction_session_timeout": "7s",
      "idle_session_timeout": "90s", "application_name": "jitd", "client_encoding": "UTF8",
    ]
    for (name, value) in expected {
      #expect(try await connection.value("SELECT current_setting($1)", [name]) == value)
    }
  }

  @Test("the Unix socket of a server can be used as well")
  func unixSocket() async throws {
    let server = try await ThrowAwayPostgres.shared
    var parameters = server.superuserParameters()
    parameters.host = server.folder
    parameters.sslmode = .verifyFull
    let connection = try await Connection.open(parameters)
    #expect(try await connection.value("SELECT inet_server_addr()") == nil)
    #expect(connection.serverVersion / 10_000 == 15)
    #expect(try await connection.value("SELECT pg_backend_pid()") == "\(connection.backendPID)")
  }

  @Test("variables of the environment do not override what was given")
  func environmentOverridden() async throws {
    let server = try await ThrowAwayPostgres.shared
    await #expect(processExitsWith: .success) {
      [port = server.port as Int, password = server.superuserPassword as String] in
      let variables = [
        "PGPASSWORD": "wrong", "PGOPTIONS": "-c search_path=public", "PGUSER": "nobody",
        "PGHOST": "192.0.2.1", "PGPORT": "1", "PGDATABASE": "nowhere", "PGSSLMODE": "verify-full",
        "PGAPPNAME": "other", "PGPASSFILE": "/nonexistent", "PGCLIENTENCODING": "LATIN1",
      ]
      for (name, value) in variables { setenv(name, value, 1) }
      let connection = try await Connection.open(
        ConnectionParameters(
          host: "127.0.0.1", port: port, dbname: "postgres", user: "postgres", password: password,
          sslmode: .disable))
      #expect(try await connection.value("SHOW search_path") == "pg_catalog,pg_temp")
      #expect(try await connection.value("SHOW application_name") == "jitd")
      #expect(try await connection.value("SHOW client_encoding") == "UTF8")
    }
  }

  @Test("variables of the environment that would add something are refused")
  func environmentRefused() async {
    await #expect(processExitsWith: .success) {
      for variable in ["PGHOSTADDR", "PGSERVICE", "PGPASSWORD", "PGSSLROOTCERT"] {
        setenv(variable, "127.0.0.1", 1)
        let error = try await failure {
          try await Connection.open(
            ConnectionParameters(host: "127.0.0.1", port: 1, dbname: "postgres", user: "postgres"))
        }
        #expect(error.kind == .misuse)
        #expect(error.message.contains(variable))
        unsetenv(variable)
      }
    }
  }

  @Test("a parameter with a NUL is refused")
  func nulRefused() async throws {
    let server = try await ThrowAwayPostgres.shared
    let error = try await failure {
      try await server.superuser(dbname: "postgres\0nowhere")
    }
    #expect(error.kind == .misuse)
  }
}
