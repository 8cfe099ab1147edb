import CLibPQ

/// What a statement returned, copied out of libpq: columns by name, values as text.
package struct Rows: Sendable {
  package let columns: [String]
  package let count: Int
  /// Row after row, each `columns.count` long; nil is NULL.
  private let values: [String?]

  static let none = Rows(columns: [], count: 0, values: [])

  private init(columns: [String], count: Int, values: [String?]) {
    self.columns = columns
    self.count = count
    self.values = values
  }

  init(copying result: OpaquePointer) {
    let rows = PQntuples(result)
    let width = PQnfields(result)
    columns = (0..<width).map { String(cString: PQfname(result, $0)) }
    count = Int(rows)
    values = (0..<rows).flatMap { row in (0..<width).map { value(of: result, row, $0) } }
  }
}

private func value(of result: OpaquePointer, _ row: CInt, _ column: CInt) -> String? {
  if PQgetisnull(result, row, column) == 1 { return nil }
  let bytes = UnsafeRawBufferPointer(
    start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
  return String(decoding: bytes, as: UTF8.self)
}

extension Rows: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(position: Int) -> Row {
    let start = position * columns.count
    return Row(columns: columns, values: values[start..<start + columns.count])
  }
}

/// One row. A column that is not there, a NULL where a value was asked for, or a value that is not
/// of the type asked for is an error of the kind `.misuse`: statement and reader do not fit.
package struct Row: Sendable {
  let columns: [String]
  let values: ArraySlice<String?>

  /// The value of a column by its name; nil is NULL.
  package subscript(_ column: String) -> String? {
    get throws(PostgresError) {
      guard let index = columns.firstIndex(of: column) else {
        throw .misuse("the result has no column \(column)")
      }
      return try self[index]
    }
  }

  /// The value of a column by its place, from 0; nil is NULL.
  package subscript(_ index: Int) -> String? {
    get throws(PostgresError) {
      guard columns.indices.contains(index) else {
        throw .misuse("the result has no column \(index)")
      }
      return values[values.startIndex + index]
    }
  }

  /// The text of a column that is never NULL.
  package func text(_ column: String) throws(PostgresError) -> String {
    guard let value = try self[column] else { throw .misuse("the column \(column) is NULL") }
    return value
  }

  /// The value of an integer or OID column that is never NULL.
  package func int(_ column: String) throws(PostgresError) -> Int {
    guard let value = Int(try text(column)) else {
      throw .misuse("the column \(column) does not hold an integer")
    }
    return value
  }

  /// The value of a boolean column that is never NULL.
  package func bool(_ column: String) throws(PostgresError) -> Bool {
    switch try text(column) {
    case "t": return true
    case "f": return false
    default: throw .misuse("the column \(column) does not hold a boolean")
    }
  }
}
