import CLibPQ

extension Session {
  /// Hands one statement to libpq; what is kept must have been prepared. False when libpq refuses.
  func send(_ statement: Statement) -> Bool {
    statement.withCStrings { values, count in
      if let name = plans[statement.sql], statement.isKept {
        PQsendQueryPrepared(connection, name, count, values, nil, nil, 0) == 1
      } else {
        PQsendQueryParams(connection, statement.sql, count, nil, values, nil, nil, 0) == 1
      }
    }
  }

  /// Has the server keep the plans of those statements that want it and have none yet; one round
  /// trip for each of them, once.
  ///
  /// Source: PostgreSQL documentation, "PREPARE": a prepared statement lasts as long as the session,
  /// also when the transaction around it does not.
  func prepare(_ statements: [Statement]) throws(PostgresError) {
    for statement in statements where statement.isKept && plans[statement.sql] == nil {
      plansAskedFor += 1
      let name = "kept\(plansAskedFor)"
      guard PQsendPrepare(connection, name, statement.sql, 0, nil) == 1 else {
        throw PostgresError(nil, on: connection)
      }
      _ = try receive()
      plans[statement.sql] = name
    }
  }
}
