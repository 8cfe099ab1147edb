import GRDB
import GRDBSQLite

/// A statement that runs for many rows, or answers many. GRDB makes a value of each argument and of
/// each column first; for what every entry goes through, on its way in and on its way out, SQLite is
/// asked itself.
struct RawStatement {
  enum Argument {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
  }

  private let statement: Statement

  init(_ db: GRDB.Database, _ sql: String) throws {
    statement = try db.cachedStatement(sql: sql)
  }

  /// Runs it once, for what answers no rows.
  func run(_ arguments: Argument...) throws {
    for (index, argument) in arguments.enumerated() {
      try check(bind(argument, at: Int32(index + 1)), is: SQLITE_OK)
    }
    let result = sqlite3_step(statement.sqliteStatement)
    // Says again what `result` says already.
    defer { sqlite3_reset(statement.sqliteStatement) }
    try check(result, is: SQLITE_DONE)
  }

  /// Hands over each row until there are no more, or until `body` says false.
  func rows(_ arguments: StatementArguments, _ body: (Row) throws -> Bool) throws {
    try statement.setArguments(arguments)
    defer { sqlite3_reset(statement.sqliteStatement) }
    while true {
      let result = sqlite3_step(statement.sqliteStatement)
      if result == SQLITE_DONE { return }
      try check(result, is: SQLITE_ROW)
      if try !body(Row(statement: statement.sqliteStatement)) { return }
    }
  }

  /// Valid until the next one.
  struct Row {
    fileprivate let statement: SQLiteStatement

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
      let bytes = sqlite3_column_blob(statement, column)
      return UnsafeRawBufferPointer(
        start: bytes, count: Int(sqlite3_column_bytes(statement, column)))
    }
  }

  private func bind(_ argument: Argument, at index: Int32) -> Int32 {
    let statement = statement.sqliteStatement
    switch argument {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
    case .text(var text):
      return text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), copied)
        }
      }
    case .blob(let bytes):
      return sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copied)
    }
  }

  private func check(_ result: Int32, is expected: Int32) throws {
    guard result != expected else { return }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: result),
      message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement.sqliteStatement))),
      sql: statement.sql)
  }
}

/// SQLITE_TRANSIENT of sqlite3.h, a macro with a cast: SQLite takes a copy.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
