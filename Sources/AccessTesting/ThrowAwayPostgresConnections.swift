import PostgresClient

extension ThrowAwayPostgres {
  /// How to reach the server over TCP. Without TLS: it never leaves this machine.
  package nonisolated func parameters(
    user: String, password: String?, dbname: String = "postgres"
  ) -> ConnectionParameters {
    ConnectionParameters(
      host: "127.0.0.1", port: port, dbname: dbname, user: user, password: password,
      sslmode: .disable)
  }

  /// How the superuser `postgres` reaches the server.
  package nonisolated func superuserParameters(
    dbname: String = "postgres"
  ) -> ConnectionParameters {
    parameters(user: "postgres", password: superuserPassword, dbname: dbname)
  }

  package nonisolated func connect(
    user: String, password: String, dbname: String = "postgres"
  ) async throws(PostgresError) -> Connection {
    try await .open(parameters(user: user, password: password, dbname: dbname))
  }

  package nonisolated func superuser(
    dbname: String = "postgres"
  ) async throws(PostgresError) -> Connection {
    try await .open(superuserParameters(dbname: dbname))
  }

  /// One server (15) for all tests of the process that can share: they leave others' objects and
  /// the settings alone. It is never stopped or paused, and does not wait for the disk.
  package static var shared: ThrowAwayPostgres {
    get async throws { try await sharedStart.value }
  }

  private static let sharedStart = Task {
    try await start(
      settings: ["max_connections": "200", "max_prepared_transactions": "20"], fsync: false)
  }
}

/// Runs `body` with a server of its own, which is gone when this returns.
package func withPostgres<Value: Sendable>(
  major: Int = 15, settings: [String: String] = [:], preload: [String] = [], fsync: Bool = true,
  _ body: @Sendable (ThrowAwayPostgres) async throws -> Value
) async throws -> Value {
  let server = try await ThrowAwayPostgres.start(
    major: major, settings: settings, preload: preload, fsync: fsync)
  let result: Result<Value, any Error>
  do { result = .success(try await body(server)) } catch { result = .failure(error) }
  try await server.destroy()
  return try result.get()
}
