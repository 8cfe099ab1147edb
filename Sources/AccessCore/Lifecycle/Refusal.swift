/// A no, with what to do about it.
package struct Refusal: Error, Sendable, Equatable {
  package let code: Code
  package let message: String
  package let hint: String?

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// Stable; outsiders tell refusals apart by it.
  package enum Code: String, Sendable, Codable, CaseIterable {
    /// The input is not well formed.
    case usage
    /// A text or a body over its limit.
    case tooLarge = "too-large"
    case tooMany = "too-many"

    case unknownDatabase = "unknown-database"
    case unknownRole = "unknown-role"
    case unknownEntitlement = "unknown-entitlement"
    /// There is no such request, or it does not exist for the caller.
    case unknownRequest = "unknown-request"
    case unknownToken = "unknown-token"
    case unknownPerson = "unknown-person"

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
    /// The step counts signed approvals only.
    case signatureRequired = "signature-required"
    /// The signature is not one of exactly this review by a key of the reviewer's.
    case signatureInvalid = "signature-invalid"
    /// The policy takes no reviews of somebody who was authenticated like that.
    case reviewMethod = "review-method"
    /// Who breaks the glass has not been reviewed for the last time.
    case reviewOverdue = "review-overdue"

    case wrongState = "wrong-state"
    case alreadyReviewed = "already-reviewed"
    case tooEarly = "too-early"
    /// A freeze lies on it.
    case frozen
    /// None of the windows in which it is given is open.
    case outsideWindow = "outside-window"
    /// More than a person may have in a day or at one time.
    case capReached = "cap-reached"
    case needsReview = "needs-review"
    case keyReused = "key-reused"

    /// What it is about is in a range that is locked down.
    case lockedDown = "locked-down"
    case ownLockdown = "own-lockdown"
    /// The broker is in revoke-only mode.
    case issuingStopped = "issuing-stopped"
    case policyRefused = "policy-refused"
    case databaseUnreachable = "database-unreachable"
    case databaseRefused = "database-refused"
    /// The database has a danger that the policy does not accept by name.
    case dangerNotAccepted = "danger-not-accepted"
    case ledgerUnwritable = "ledger-unwritable"
    /// The directory of credentials takes no new secret.
    case credentialsUnwritable = "credentials-unwritable"
  }
}

extension Refusal.Code {
  /// Whether the attempt is worth an entry: somebody tried what they may not do.
  package var isForbidden: Bool {
    switch self {
    case .notEntitled, .ambiguousEntitlement, .durationOverMax, .reasonMissing, .reasonMismatch,
      .ownRequest, .notReviewer, .widening, .notRequester, .notAuthorised, .adminSocket,
      .otherDigest, .signatureRequired, .signatureInvalid, .reviewMethod, .reviewOverdue,
      .unknownRequest, .issuingStopped, .lockedDown, .ownLockdown, .tooMany, .frozen,
      .outsideWindow, .capReached:
      true
    case .usage, .tooLarge, .unknownDatabase, .unknownRole, .unknownEntitlement, .unknownToken,
      .unknownPerson,
      .wrongState, .alreadyReviewed, .tooEarly, .needsReview, .keyReused, .policyRefused,
      .databaseUnreachable, .databaseRefused, .dangerNotAccepted, .ledgerUnwritable,
      .credentialsUnwritable:
      false
    }
  }
}
