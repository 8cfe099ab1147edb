import CLibPQ

/// One session on a PostgreSQL server.
///
/// Calls run one after the other on a thread that belongs to this connection alone; a server that
/// is slow or dead blocks that thread and nothing else. After an error of the kind `.unreachable`
/// the connection is of no use any more, after one of the kind `.server` it is as good as before.
package actor Connection {
  /// For example 150018 for 15.18.
  package nonisolated let serverVersion: Int
  /// The process that serves this session, as in `pg_stat_activity.pid`.
  package nonisolated let backendPID: Int

  private nonisolated let thread: ConnectionThread
  private nonisolated let interruption: Interruption
  /// Nil once closed.
  private var session: Session?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  private init(_ session: sending Session, _ interruption: Interruption, _ thread: ConnectionThread)
  {
    serverVersion = Int(PQserverVersion(session.connection))
    backendPID = Int(PQbackendPID(session.connection))
    self.session = session
    self.interruption = interruption
    self.thread = thread
  }

  /// On the thread, because ending a session can block as well.
  isolated deinit {
    session = nil
    thread.stop()
  }

  /// Connects within `connectTimeoutSeconds`, not counting the time to look up the host's name.
  package static func open(
    _ parameters: ConnectionParameters
  ) async throws(PostgresError) -> Connection {
    let thread = try ConnectionThread()
    let opened = await thread.run {
      Result { () throws(PostgresError) in try Session.open(parameters) }
    }
    do throws(PostgresError) {
      let session = try opened.get()
      guard let interruption = Interruption(session.connection) else {
        throw .unreachable("out of memory or file descriptors; open fewer connections")
      }
      return Connection(session, interruption, thread)
    } catch {
      thread.stop()
      throw error
    }
  }

  /// Whether further calls make sense, as far as the last one could tell.
  package var isUsable: Bool { session?.isUsable ?? false }

  /// Runs one statement; `$1`, `$2`, … stand for the parameters, nil is NULL.
  package func query(
    _ sql: String, _ parameters: [String?] = []
  ) throws(PostgresError) -> Rows {
    try query(Statement(sql, parameters))
  }

  /// Runs one statement.
  package func query(_ statement: Statement) throws(PostgresError) -> Rows {
    try live().query(statement)
  }

  /// Runs statements separated by semicolons. Without a BEGIN among them, all happen or none.
  package func execute(_ sql: String) throws(PostgresError) {
    try live().execute(sql)
  }

  /// Runs statements in one round trip; all happen or none. There must be no BEGIN among them.
  ///
  /// Returns one element per statement. The error names the statement in `failedStatement`.
  package func pipeline(_ statements: [Statement]) throws(PostgresError) -> [Rows] {
    try live().pipeline(statements)
  }

  /// A name as it can stand in SQL, by the server's rules. Refuses what the server would cut.
  package func quoted(identifier: String) throws(PostgresError) -> String {
    try live().quoted(identifier: identifier)
  }

  /// A text as it can stand in SQL, for statements that take no parameters.
  package func quoted(literal: String) throws(PostgresError) -> String {
    try live().quoted(literal: literal)
  }

  /// Asks the server to end the running statement, which then fails with `57014`.
  ///
  /// Returns when the server took the request; the statement may have ended before that.
  package nonisolated func cancel() async throws(PostgresError) {
    // The connection's own thread is the one that waits for the statement.
    let thread = try ConnectionThread()
    defer { thread.stop() }
    try await thread.run { [interruption] in
      Result { () throws(PostgresError) in try interruption.cancel() }
    }.get()
  }

  /// Ends the connection at once, also under a call that waits for a server that does not answer;
  /// that call fails as `.unreachable`. The server may still finish what it was doing.
  package nonisolated func sever() {
    interruption.sever()
  }

  /// Ends the session, after the calls that were made before. May be repeated.
  package func close() {
    session = nil
  }

  private func live() throws(PostgresError) -> Session {
    guard let session else { throw .unreachable("the connection was closed; open another") }
    guard session.isUsable else {
      throw .unreachable("the connection was lost; open another")
    }
    return session
  }
}
