/// The five characters by which PostgreSQL names what went wrong.
///
/// Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
package struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: String

  package init(rawValue: String) {
    self.rawValue = rawValue
  }

  package var description: String { rawValue }

  /// The first two characters: the family that the error belongs to.
  var errorClass: Substring { rawValue.prefix(2) }

  package static let lockNotAvailable = SQLState(rawValue: "55P03")
  package static let internalError = SQLState(rawValue: "XX000")
  package static let insufficientPrivilege = SQLState(rawValue: "42501")
  package static let undefinedObject = SQLState(rawValue: "42704")
  package static let duplicateObject = SQLState(rawValue: "42710")
  package static let syntaxError = SQLState(rawValue: "42601")
  package static let dependentObjectsStillExist = SQLState(rawValue: "2BP01")
  package static let tooManyConnections = SQLState(rawValue: "53300")
  package static let invalidAuthorization = SQLState(rawValue: "28000")
  package static let invalidPassword = SQLState(rawValue: "28P01")
  package static let invalidCatalogName = SQLState(rawValue: "3D000")
  package static let queryCanceled = SQLState(rawValue: "57014")
  package static let adminShutdown = SQLState(rawValue: "57P01")
  package static let deadlockDetected = SQLState(rawValue: "40P01")
}
