import PostgresClient

extension Row {
  func oid(_ column: String) throws(PostgresError) -> UInt32 {
    // An OID is an unsigned number of 32 bits, and `int` has refused what is no number.
    UInt32(truncatingIfNeeded: try int(column))
  }
}

extension SQLState {
  static let uniqueViolation = SQLState(rawValue: "23505")
  /// Of memory, or of the table of locks.
  static let outOfMemory = SQLState(rawValue: "53200")
  static let notInPrerequisiteCondition = SQLState(rawValue: "55000")
}
