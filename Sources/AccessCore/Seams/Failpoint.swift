/// The places at which a test stops the process, to see what a crash there leaves behind.
///
/// Each stands directly after what its name says has happened.
package enum Failpoint: String, Sendable, CaseIterable {
  case entriesInserted = "entries-inserted"

  case activatingRecorded = "activating-recorded"
  case roleCreated = "role-created"
  case activatedRecorded = "activated-recorded"
  case loginEnabled = "login-enabled"

  case reissueRecorded = "reissue-recorded"
  case passwordChanged = "password-changed"

  case extensionRecorded = "extension-recorded"
  case expiryMoved = "expiry-moved"

  case lockdownRecorded = "lockdown-recorded"

  case revokingRecorded = "revoking-recorded"
  case fenced = "fenced"
  case scopesRevoked = "scopes-revoked"
  case sessionsEnded = "sessions-ended"
  case roleDropped = "role-dropped"
  case revocationVerified = "revocation-verified"
  case endedRecorded = "ended-recorded"

  case nextSecretKept = "next-secret-kept"
  case rotationRecorded = "rotation-recorded"
  case adminPasswordChanged = "admin-password-changed"
  case nextSecretProven = "next-secret-proven"
  case rotationSettled = "rotation-settled"
}

/// Called at each failpoint; does nothing outside of tests.
package typealias FailpointHandler = @Sendable (Failpoint) -> Void
