import PostgresClient
import Threads

/// One connection of the admin login, and which server is at its other end.
struct AdminSession: Sendable {
  let connection: Connection
  /// Made by initdb: it tells a server from every other one, and from what stands in its place
  /// after a failover to the wrong machine.
  let systemIdentifier: String

  /// A little more than the server's own limit for one statement: only a server that does not
  /// answer at all gets this far.
  private static let patience = Duration.seconds(5)

  init(to parameters: ConnectionParameters) async throws {
    let connection = try await Connection.open(parameters)
    let (answer, _) = await limited(connection, .seconds(3)) {
      try $0.query(
        """
        SELECT system_identifier
          FROM pg_catalog.pg_control_system()
        """)[0].text("system_identifier")
    }
    self.connection = connection
    systemIdentifier = try answer.get()
  }

  /// Runs `body`; `isSound` when the connection is good for more: not when it was lost, or cut
  /// because that took too long.
  func run<Value: Sendable>(
    patience: Duration? = nil, _ body: @Sendable (isolated Connection) throws -> Value
  ) async -> (Result<Value, any Error>, isSound: Bool) {
    await limited(connection, patience ?? Self.patience, body)
  }

  /// Whether anybody is still at the other end.
  func answers() async -> Bool {
    let (answer, isSound) = await limited(connection, .seconds(2)) {
      try $0.query("SELECT 1").count == 1
    }
    switch answer {
    case .success(let answered): return answered && isSound
    case .failure: return false
    }
  }
}

/// The server's own timeouts help only as long as it runs. This one cuts the connection.
private func limited<Value: Sendable>(
  _ connection: Connection, _ limit: Duration,
  _ body: @Sendable (isolated Connection) throws -> Value
) async -> (Result<Value, any Error>, isSound: Bool) {
  let alarm = Alarm(after: limit) { connection.sever() }
  let (result, isUsable) = await connection.attempt(body)
  return (result, isSound: alarm.cancel() && isUsable)
}

extension Connection {
  /// What `body` comes to, and how the connection is then; in one visit to its thread.
  fileprivate func attempt<Value: Sendable>(
    _ body: @Sendable (isolated Connection) throws -> Value
  ) -> (Result<Value, any Error>, isUsable: Bool) {
    let result = Result { try body(self) }
    return (result, isUsable)
  }
}
