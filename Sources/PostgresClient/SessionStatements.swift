import CLibPQ

extension Session {
  /// One statement with parameters.
  func query(_ statement: Statement) throws(PostgresError) -> Rows {
    try statement.check()
    try prepare([statement])
    guard send(statement) else { throw PostgresError(nil, on: connection) }
    return try receive()
  }

  /// Any number of statements without parameters, as one implicit transaction.
  func execute(_ sql: String) throws(PostgresError) {
    try refuseNUL(sql, in: "the statement")
    guard PQsendQuery(connection, sql) == 1 else { throw PostgresError(nil, on: connection) }
    _ = try receive()
  }

  /// Reads all results: the last one counts, or the first error.
  ///
  /// Why not `PQexec`, which does all this: when the server gives its reason and hangs up, it
  /// returns the hanging up and loses the reason.
  func receive() throws(PostgresError) -> Rows {
    var last = Rows.none
    var failure: PostgresError?
    while let result = PQgetResult(connection) {
      defer { PQclear(result) }
      do throws(PostgresError) {
        last = try rows(of: result)
      } catch {
        failure = failure ?? error
        if !isUsable { break }
      }
    }
    if let failure { throw isUsable ? failure : failure.endedConnection }
    return last
  }

  /// What one result holds; the caller clears it.
  func rows(of result: OpaquePointer) throws(PostgresError) -> Rows {
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK: return Rows(copying: result)
    case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return .none
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      abandon()
      throw .misuse("COPY is not supported; the connection was given up")
    default: throw PostgresError(result, on: connection)
    }
  }

  /// A name as it can stand in SQL, in double quotes where needed.
  func quoted(identifier name: String) throws(PostgresError) -> String {
    try refuseNUL(name, in: "the name")
    // The server cuts longer names without an error, and two of them could become one.
    guard 1...63 ~= name.utf8.count else {
      throw .misuse("a name has 1 to 63 bytes, this one has \(name.utf8.count)")
    }
    return try quoted(name, by: PQescapeIdentifier)
  }

  /// A text as it can stand in SQL, for statements that take no parameters.
  func quoted(literal text: String) throws(PostgresError) -> String {
    try refuseNUL(text, in: "the text")
    return try quoted(text, by: PQescapeLiteral)
  }

  private func quoted(
    _ text: String,
    by escape: (OpaquePointer?, UnsafePointer<CChar>?, Int) -> UnsafeMutablePointer<CChar>?
  ) throws(PostgresError) -> String {
    guard let escaped = escape(connection, text, text.utf8.count) else {
      throw PostgresError(nil, on: connection)
    }
    defer { PQfreemem(escaped) }
    return String(cString: escaped)
  }
}
