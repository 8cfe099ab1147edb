/// The one table from what went wrong to HTTP status and exit code (sysexits.h).
///
/// The raw value is the last part of a problem's `type`, and `code` in `-o json`; both are stable.
package enum ErrorCode: String, Sendable, CaseIterable, Codable {
  case usage
  case tooLarge = "too-large"
  case wrongMethod = "wrong-method"
  case unauthenticated
  case refused
  case notEntitled = "not-entitled"
  case ambiguousEntitlement = "ambiguous-entitlement"
  case durationOverMax = "duration-over-max"
  case reasonMissing = "reason-missing"
  case reasonMismatch = "reason-mismatch"
  case ownRequest = "own-request"
  case notReviewer = "not-reviewer"
  case widening
  case notRequester = "not-requester"
  case notAuthorised = "not-authorised"
  case adminSocket = "admin-socket"
  case otherDigest = "other-digest"
  case signatureRequired = "signature-required"
  case signatureInvalid = "signature-invalid"
  case reviewMethod = "review-method"
  case reviewOverdue = "review-overdue"
  case lockedDown = "locked-down"
  case ownLockdown = "own-lockdown"
  case issuingStopped = "issuing-stopped"
  case notFound = "not-found"
  case unknownDatabase = "unknown-database"
  case unknownRole = "unknown-role"
  case unknownEntitlement = "unknown-entitlement"
  case unknownRequest = "unknown-request"
  case unknownToken = "unknown-token"
  case unknownPerson = "unknown-person"
  case wrongState = "wrong-state"
  case alreadyReviewed = "already-reviewed"
  case tooEarly = "too-early"
  case frozen
  case outsideWindow = "outside-window"
  case capReached = "cap-reached"
  case needsReview = "needs-review"
  case keyReused = "key-reused"
  case tooMany = "too-many"
  case policyRefused = "policy-refused"
  case databaseUnreachable = "database-unreachable"
  case databaseRefused = "database-refused"
  case dangerNotAccepted = "danger-not-accepted"
  case ledgerUnwritable = "ledger-unwritable"
  case credentialsUnwritable = "credentials-unwritable"
  case brokerUnreachable = "broker-unreachable"
  case timedOut = "timed-out"
  case badConfiguration = "bad-configuration"
  case badData = "bad-data"
  case `internal`

  package var httpStatus: Int { numbers.http }
  package var exitCode: Int32 { numbers.exit }

  private var numbers: (http: Int, exit: Int32) {
    switch self {
    case .usage: (400, 64)
    case .tooLarge: (413, 64)
    case .wrongMethod: (405, 64)
    case .unauthenticated: (401, 77)
    case .refused, .notEntitled, .ambiguousEntitlement, .durationOverMax, .reasonMissing,
      .reasonMismatch, .ownRequest, .notReviewer, .widening, .notRequester, .notAuthorised,
      .adminSocket, .otherDigest, .signatureRequired, .signatureInvalid, .reviewMethod,
      .reviewOverdue, .frozen, .outsideWindow, .capReached, .dangerNotAccepted, .lockedDown,
      .ownLockdown:
      (403, 77)
    case .issuingStopped: (503, 77)
    case .notFound, .unknownDatabase, .unknownRole, .unknownEntitlement, .unknownRequest,
      .unknownToken, .unknownPerson:
      (404, 66)
    case .wrongState, .alreadyReviewed, .tooEarly, .needsReview: (409, 73)
    case .keyReused: (422, 73)
    case .tooMany: (429, 77)
    case .policyRefused, .badData: (422, 65)
    case .databaseUnreachable: (502, 69)
    case .databaseRefused: (502, 69)
    case .ledgerUnwritable, .brokerUnreachable: (503, 69)
    case .timedOut: (504, 75)
    case .badConfiguration, .credentialsUnwritable: (500, 78)
    case .internal: (500, 70)
    }
  }
}
