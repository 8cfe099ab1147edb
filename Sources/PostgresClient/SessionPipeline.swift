import CLibPQ

extension Session {
  /// Sends all statements with one sync at the end: one round trip, one transaction.
  ///
  /// Source: PostgreSQL documentation, "libpq: Pipeline Mode".
  func pipeline(_ statements: [Statement]) throws(PostgresError) -> [Rows] {
    for statement in statements { try statement.check() }
    if statements.isEmpty { return [] }
    try prepare(statements)
    guard send(statements) else { throw lost() }
    let outcome = try receive(statements.count)
    guard PQexitPipelineMode(connection) == 1 else { throw lost() }
    return try outcome.get()
  }

  private func send(_ statements: [Statement]) -> Bool {
    PQenterPipelineMode(connection) == 1
      && statements.allSatisfy { send($0) }
      && PQpipelineSync(connection) == 1
  }

  /// Reads everything up to the sync, also after an error: only then can the connection go on.
  private func receive(
    _ count: Int
  ) throws(PostgresError) -> Result<[Rows], PostgresError> {
    var answers: [Rows] = []
    var failure: PostgresError?
    var index = 0
    // A null ends the results of one statement, one more those of the commit.
    while index <= count + 1, isUsable {
      guard let result = PQgetResult(connection) else {
        index += 1
        continue
      }
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC: return failure.map { .failure($0) } ?? .success(answers)
      case PGRES_PIPELINE_ABORTED: continue
      default: break
      }
      do throws(PostgresError) {
        answers.append(try rows(of: result))
      } catch {
        failure = failure ?? error.inStatement(index < count ? index : nil)
      }
    }
    throw failure?.endedConnection ?? lost()
  }

  /// Half a pipeline was sent or read: what the server does next is anybody's guess.
  private func lost() -> PostgresError {
    abandon()
    return .unreachable(lastMessage(of: connection))
  }
}
