import Foundation
import PostgresClient

extension ThrowAwayPostgres {
  /// Makes and starts a server that follows this one by streaming, and may be read.
  func startStandby() async throws -> ThrowAwayPostgres {
    let standby = try ThrowAwayPostgres(major: major, superuserPassword: superuserPassword)
    do {
      try await standby.follow(self)
      try await standby.startAgain()
      return standby
    } catch {
      try await standby.destroy()
      throw error
    }
  }

  private func follow(_ primary: ThrowAwayPostgres) async throws {
    let source = "host=127.0.0.1 port=\(primary.port) user=postgres password=\(superuserPassword)"
    try await run(
      "pg_basebackup",
      [
        "--pgdata=\(dataFolder)", "--dbname=\(source)", "--checkpoint=fast", "--no-sync",
      ])
    // Not by pg_basebackup's --write-recovery-conf: it writes words that the server's own libpq, which
    // may be an older one of the system's, does not know.
    let signal = "\(dataFolder)/standby.signal"
    try Data().write(to: URL(filePath: signal))
    try ThrowAwayPostgresUser.current.take(signal)
    try append(
      """
      primary_conninfo = '\(source)'
      port = '\(port)'
      unix_socket_directories = '\(folder)'

      """, to: "postgresql.conf")
  }

  /// Until this standby has all that its primary has written so far.
  package func hasCaughtUp(with primary: ThrowAwayPostgres) async throws {
    let there = try await primary.superuser()
    let position = try await there.query("SELECT pg_catalog.pg_current_wal_flush_lsn()")[0][0]
    await there.close()
    let here = try await superuser()
    try await eventually("the standby has caught up") {
      try await here.query(
        "SELECT pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_catalog.pg_lsn", [position])[0][0]
        == "t"
    }
    await here.close()
  }
}

/// Runs `body` with a server of its own and standbys of it, which are gone when this returns.
package func withStandbys<Value: Sendable>(
  _ count: Int = 1, major: Int = 15, settings: [String: String] = [:],
  _ body: @Sendable (_ primary: ThrowAwayPostgres, [ThrowAwayPostgres]) async throws -> Value
) async throws -> Value {
  try await withPostgres(major: major, settings: settings, fsync: false) { primary in
    var standbys: [ThrowAwayPostgres] = []
    let result: Result<Value, any Error>
    do {
      for _ in 0..<count { standbys.append(try await primary.startStandby()) }
      result = .success(try await body(primary, standbys))
    } catch { result = .failure(error) }
    for standby in standbys { try await standby.destroy() }
    return try result.get()
  }
}
