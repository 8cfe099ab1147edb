import AccessCore
import PostgresClient
import Synchronization
import Threads

/// One connection of the admin login, and which server is at its other end.
struct AdminSession: Sendable {
  let connection: Connection
  /// Made by initdb: it tells a server from every other one, and from what stands in its place
  /// after a failover to the wrong machine.
  let systemIdentifier: String
  /// The database by which it came in.
  let database: String
  /// Others than the policy's that would let us in as well, those first that belong to somebody
  /// else.
  let otherDatabases: [OtherDatabase]

  /// A little more than the server's own limit for one statement: only a server that does not
  /// answer at all gets this far.
  private static let patience = Duration.seconds(5)

  /// - Parameter isSettled: whether `parameters` state what a server of this version can be told.
  /// - Throws: `PostgresError`, `UnsettledSession` or `UselessSession`.
  init(
    to parameters: ConnectionParameters, besides home: String,
    isSettled: (_ serverVersion: Int) -> Bool
  ) async throws {
    let connection = try await Connection.open(parameters)
    let introduction: Introduction
    do {
      // Settings that are not stated yet could end even the first statement.
      guard isSettled(connection.serverVersion) else {
        throw UnsettledSession(serverVersion: connection.serverVersion)
      }
      let (answer, _) = await limited(connection, .seconds(3)) { try $0.introduction(home) }
      introduction = try answer.get()
      if let objection = introduction.objection(to: parameters.user) {
        throw UselessSession(description: objection)
      }
    } catch {
      await connection.close()
      throw error
    }
    self.connection = connection
    systemIdentifier = introduction.systemIdentifier
    database = parameters.dbname
    otherDatabases = introduction.otherDatabases
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
  let alarm = Alarm(after: limit) {
    Cancelling.begin(connection)
    connection.sever()
  }
  let (result, isUsable) = await connection.attempt(body)
  return (result, isSound: alarm.cancel() && isUsable)
}

/// A backend whose client is gone can go on with what it was doing, and keeps its slot: so it is told
/// to stop. To tell it can block where the server does not answer; few wait for that at a time.
private enum Cancelling {
  private static let underWay = Mutex(0)

  static func begin(_ connection: Connection) {
    let isRoom = underWay.withLock { count in
      guard count < 4 else { return false }
      count += 1
      return true
    }
    guard isRoom else { return }
    Task {
      // A server that cannot be told is one that is not there, which the caller hears.
      try? await connection.cancel()
      underWay.withLock { $0 -= 1 }
    }
  }
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

/// A session that was opened without all that has to be stated on the server's version.
struct UnsettledSession: Error {
  let serverVersion: Int
}

/// A session that was opened, and in which nothing can be done.
struct UselessSession: Error, CustomStringConvertible {
  let description: String
}

/// What a session says of itself before anything is asked of it.
private struct Introduction: Sendable {
  let systemIdentifier: String
  let otherDatabases: [OtherDatabase]
  private let names: [String]
  private let isReadOnly: Bool
  private let isStandby: Bool

  init(_ row: Row, _ databases: Rows) throws(PostgresError) {
    systemIdentifier = try row.text("system_identifier")
    names = [try row.text("session_user"), try row.text("current_user")]
    isReadOnly = try row.bool("is_read_only")
    isStandby = try row.bool("is_standby")
    otherDatabases = try databases.map { row throws(PostgresError) in
      OtherDatabase(name: try row.text("datname"), isAnothers: try row.bool("is_anothers"))
    }
  }

  func objection(to user: String) -> String? {
    if isStandby { return "it is a standby, where nothing can be changed" }
    if isReadOnly { return "its transactions are read-only whatever we say" }
    return names.contains { $0 != user }
      ? "the session is \(names[0].inert)'s as \(names[1].inert), not \(user.inert)'s" : nil
  }
}

extension Connection {
  fileprivate func introduction(_ home: String) throws(PostgresError) -> Introduction {
    let answers = try pipeline([
      .introduction, .otherDoors(besides: home, limit: AdminServer.doorsMax),
    ])
    return try Introduction(answers[0][0], answers[1])
  }
}
