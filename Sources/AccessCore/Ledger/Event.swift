/// Something that happened. State is nothing but the events so far.
///
/// The name of each kind in the ledger is in `kind`; a reader skips kinds that it does not know.
package enum Event: Sendable, Equatable {
  case logOpened(LogOpened)
  case policyLoaded(PolicyLoaded)
  case policyRefused(PolicyRefused)

  case requestSubmitted(RequestID, RequestSubmitted)
  case requestRefused(RequestID?, RequestRefused)
  case requestApproved(RequestID, RequestApproved)
  case requestDenied(RequestID)
  case requestCancelled(RequestID)
  case requestLapsed(RequestID)
  case requestReopened(RequestID, RequestReopened)
  case reviewRecorded(RequestID, ReviewRecorded)
  /// Somebody has looked at access that was taken in an emergency.
  case glassReviewed(RequestID, GlassReviewed)
  /// Nobody has, in time.
  case reviewOverdue(RequestID)

  case grantActivating(RequestID, GrantActivating)
  case grantActivated(RequestID, GrantActivated)
  case grantFailed(RequestID, GrantFailed)
  case grantExtended(RequestID, GrantExtended)
  case grantRevoking(RequestID, GrantRevoking)
  case grantStuck(RequestID, Grant.Obstacle)
  case grantEnded(RequestID, GrantEnded)
  case grantForgotten(RequestID, GrantForgotten)
  case residueFound(RequestID, ResidueFound)
  case residueDecided(RequestID, ResidueDecided)
  case credentialReissued(RequestID)
  case credentialRotated(CredentialRotated)

  case lockdownStarted(LockdownChange)
  case lockdownLifted(LockdownChange)

  case tokenIssued(TokenIssued)
  case tokenRevoked(TokenRevoked)
  case orphanFound(OrphanFound)
  case scopesApplying(ScopesApplying)
  case scopesApplied(ScopesApplied)
  /// About the role of a request's grant, or about a role that is nobody's.
  case driftFound(RequestID?, DriftFound)
  case auditExported(AuditExported)
  case openingErased(RequestID, OpeningErased)
  case clockAnomaly(ClockAnomaly)
  case rollbackFound(RollbackFound)
  /// Nothing else was written for a while: it bounds how old the end of the log can be.
  case heartbeat

  /// The request that the event is about.
  package var request: RequestID? {
    switch self {
    case .requestSubmitted(let id, _), .requestApproved(let id, _), .requestDenied(let id),
      .requestCancelled(let id), .requestLapsed(let id), .requestReopened(let id, _),
      .reviewRecorded(let id, _), .glassReviewed(let id, _), .reviewOverdue(let id),
      .grantActivating(let id, _), .grantActivated(let id, _),
      .grantFailed(let id, _), .grantExtended(let id, _), .grantRevoking(let id, _),
      .grantStuck(let id, _), .grantEnded(let id, _), .grantForgotten(let id, _),
      .residueFound(let id, _), .residueDecided(let id, _), .credentialReissued(let id),
      .openingErased(let id, _):
      id
    case .requestRefused(let id, _), .driftFound(let id, _): id
    case .logOpened, .policyLoaded, .policyRefused, .tokenIssued, .tokenRevoked,
      .credentialRotated, .lockdownStarted, .lockdownLifted, .orphanFound, .scopesApplying,
      .scopesApplied, .auditExported,
      .clockAnomaly, .rollbackFound, .heartbeat:
      nil
    }
  }
}

/// The beginning of an epoch.
package struct LogOpened: Sendable, Equatable, Codable {
  /// The configured origin, `#` and the number of the epoch.
  package let origin: String
  /// Why it is not the first epoch; the key is missing from the entry of the first.
  package let accepted: AcceptedRollback?

  package init(origin: String, accepted: AcceptedRollback? = nil) {
    self.origin = origin
    self.accepted = accepted
  }
}

/// Somebody answers for going on with a ledger that is older than it once was.
package struct AcceptedRollback: Sendable, Equatable, Codable {
  package let why: Commitment
  /// What showed that it is older; empty when nothing but the operator said so.
  package let seen: [String]

  package init(why: Commitment, seen: [String]) {
    self.why = why
    self.seen = seen
  }
}

/// Something outside of the ledger knows more of its history than it does itself.
package struct RollbackFound: Sendable, Equatable, Codable {
  package let seen: String

  package init(seen: String) { self.seen = seen }
}

package struct PolicyLoaded: Sendable, Equatable, Codable {
  /// SHA-256 over the names and texts of the files.
  package let digest: Digest

  package init(digest: Digest) { self.digest = digest }
}

package struct PolicyRefused: Sendable, Equatable, Codable {
  package let digest: Digest?
  /// How many errors it has, and the first of them.
  package let errors: Int
  package let first: String

  package init(digest: Digest?, errors: Int, first: String) {
    self.digest = digest
    self.errors = errors
    self.first = first
  }
}

package struct RequestSubmitted: Sendable, Equatable, Codable {
  package let ask: Ask
  package let digest: Digest
  package let lapsesAt: Timestamp

  private enum CodingKeys: String, CodingKey {
    case ask, digest
    case lapsesAt = "lapses_at"
  }
}

/// An attempt that was refused; the same one repeated is counted, not written again.
package struct RequestRefused: Sendable, Equatable, Codable {
  /// What was tried: `submit`, `review`, `activate`, …
  package let attempt: String
  package let code: Refusal.Code
  package let count: Int

  package init(attempt: String, code: Refusal.Code, count: Int) {
    self.attempt = attempt
    self.code = code
    self.count = count
  }
}

package struct RequestApproved: Sendable, Equatable, Codable {
  package let duration: TimeSpan
  package let lapsesAt: Timestamp
  package let by: [Principal]
  /// The entitlement that asked for just these reviews, or for none. Entries of before it was
  /// written have no such key.
  package let rule: EntitlementName?
  /// Whose approval a step counts because it is signed; the key is missing where no step asks that.
  package let signed: [Principal]?

  package init(
    duration: TimeSpan, lapsesAt: Timestamp, by: [Principal], rule: EntitlementName? = nil,
    signed: [Principal] = []
  ) {
    self.duration = duration
    self.lapsesAt = lapsesAt
    self.by = by
    self.rule = rule
    self.signed = signed.isEmpty ? nil : signed
  }

  private enum CodingKeys: String, CodingKey {
    case duration, by, rule, signed
    case lapsesAt = "lapses_at"
  }
}

/// An approval that no longer stands: the policy or the people have changed.
package struct RequestReopened: Sendable, Equatable, Codable {
  package let lapsesAt: Timestamp

  private enum CodingKeys: String, CodingKey {
    case lapsesAt = "lapses_at"
  }
}

package struct ReviewRecorded: Sendable, Equatable, Codable {
  package let verdict: Verdict
  package let duration: TimeSpan?
  package let comment: Commitment?
  /// The digest of the request as the reviewer was shown it.
  package let digest: Digest
  /// The key is missing from the entry of a review that nobody signed.
  package let signature: ReviewSignature?
  /// Who issued the token that the reviewer was authenticated by; the key is missing without one.
  package let tokenIssuedBy: Principal?

  package init(
    verdict: Verdict, duration: TimeSpan?, comment: Commitment?, digest: Digest,
    signature: ReviewSignature? = nil, tokenIssuedBy: Principal? = nil
  ) {
    self.verdict = verdict
    self.duration = duration
    self.comment = comment
    self.digest = digest
    self.signature = signature
    self.tokenIssuedBy = tokenIssuedBy
  }

  private enum CodingKeys: String, CodingKey {
    case verdict, duration, comment, digest, signature
    case tokenIssuedBy = "token_issued_by"
  }
}

package struct GlassReviewed: Sendable, Equatable, Codable {
  package let verdict: Hindsight.Judgement
  package let comment: Commitment
  /// The digest of the request.
  package let digest: Digest
  /// Who issued the token that the reviewer was authenticated by; the key is missing without one.
  package let tokenIssuedBy: Principal?

  private enum CodingKeys: String, CodingKey {
    case verdict, comment, digest
    case tokenIssuedBy = "token_issued_by"
  }
}

/// What `ssh-keygen -Y verify` takes: the message, and its signature as the stock program made it.
package struct ReviewSignature: Sendable, Equatable, Codable {
  /// The bytes of a ``ReviewStatement``.
  package let message: String
  package let armored: String
  package let key: SSHKey

  package init(message: String, armored: String, key: SSHKey) {
    self.message = message
    self.armored = armored
    self.key = key
  }
}

package struct GrantActivating: Sendable, Equatable, Codable {
  package let roleName: String
  package let expiresAt: Timestamp
  package let began: BootMark
  package let duration: TimeSpan
  package let access: DatabaseAccess
  package let client: Endpoint
  package let scopes: [String]
  package let sessions: Int
  /// The owner as whom the grant works; the key is missing from an entry without one.
  package let actsAs: String?
  /// Missing from entries that were written before a policy could say it: keep.
  package let residue: ResiduePolicy?
  /// True where the policy accepted that the scopes own things; else the key is missing.
  package let scopesOwn: Bool?

  /// Until when a broken glass has to be reviewed; the key is missing from other entries.
  package let reviewDue: Timestamp?

  package init(
    roleName: String, expiresAt: Timestamp, began: BootMark, duration: TimeSpan,
    access: DatabaseAccess, client: Endpoint, scopes: [String], sessions: Int,
    actsAs: String? = nil, residue: ResiduePolicy? = nil, scopesOwn: Bool = false,
    reviewDue: Timestamp? = nil
  ) {
    self.roleName = roleName
    self.expiresAt = expiresAt
    self.began = began
    self.duration = duration
    self.access = access
    self.client = client
    self.scopes = scopes
    self.sessions = sessions
    self.actsAs = actsAs
    self.residue = residue
    self.scopesOwn = scopesOwn ? true : nil
    self.reviewDue = reviewDue
  }

  private enum CodingKeys: String, CodingKey {
    case began, duration, access, client, scopes, sessions, residue
    case reviewDue = "review_due"
    case roleName = "role_name"
    case actsAs = "acts_as"
    case expiresAt = "expires_at"
    case scopesOwn = "scopes_own"
  }
}

package struct GrantActivated: Sendable, Equatable, Codable {
  package let identity: RoleIdentity
  /// Digest of what the owner had before a grant that acts as it; the key is missing from an
  /// entry about any other.
  package let baseline: Digest?
  /// What the scopes were before; the key is missing from an entry about a grant without any.
  package let scopes: ScopesBefore?

  package init(
    identity: RoleIdentity, baseline: Digest? = nil, scopes: ScopesBefore? = nil
  ) {
    self.identity = identity
    self.baseline = baseline
    self.scopes = scopes
  }
}

/// What the scopes of a grant were before it began.
package struct ScopesBefore: Sendable, Equatable, Codable {
  /// The roles that they led to, themselves left out.
  package let reach: [String]
  /// Digest of what all of them were and were named in; the key is missing where nobody
  /// could look.
  package let snapshot: Digest?

  package init(reach: [String], snapshot: Digest? = nil) {
    self.reach = reach
    self.snapshot = snapshot
  }
}

/// The activation came to nothing, and it was verified that nothing is there.
package struct GrantFailed: Sendable, Equatable, Codable {
  package let because: String

  package init(because: String) { self.because = because }
}

/// The end of a grant has moved, before the database knows.
package struct GrantExtended: Sendable, Equatable, Codable {
  /// The request that asked for it.
  package let by: RequestID
  package let expiresAt: Timestamp
  /// Since activation, in all.
  package let duration: TimeSpan

  private enum CodingKeys: String, CodingKey {
    case by, duration
    case expiresAt = "expires_at"
  }
}

package struct GrantRevoking: Sendable, Equatable, Codable {
  package let cause: Cause
  package let due: Timestamp
  package let reason: Commitment?
}

package struct GrantEnded: Sendable, Equatable, Codable {
  package let cause: Cause
  package let receipt: Receipt
}

/// A new secret of the broker's own lies ready, before the databases know it.
package struct CredentialRotated: Sendable, Equatable, Codable {
  package let credential: CredentialName
  /// Those that the broker shows it to.
  package let databases: [DatabaseName]
}

package struct LockdownChange: Sendable, Equatable, Codable {
  package let range: LockdownRange
}

package struct TokenIssued: Sendable, Equatable, Codable {
  package let token: TokenID
  package let user: Principal
  /// SHA-256 of the token, which itself is 256 random bits.
  package let hash: Digest
  package let expiresAt: Timestamp

  private enum CodingKeys: String, CodingKey {
    case token, user, hash
    case expiresAt = "expires_at"
  }
}

package struct TokenRevoked: Sendable, Equatable, Codable {
  package let token: TokenID
}

/// A role of ours that no live grant accounts for, and what was done about it.
package struct OrphanFound: Sendable, Equatable, Codable {
  package let database: DatabaseName
  package let role: RoleIdentity
  package let removed: Bool

  package init(database: DatabaseName, role: RoleIdentity, removed: Bool) {
    self.database = database
    self.role = role
    self.removed = removed
  }
}

/// In what a role is not as the broker made it; nothing, when it is again or is gone.
package struct DriftFound: Sendable, Equatable, Codable {
  package let database: DatabaseName
  package let role: RoleIdentity
  package let drift: [Drift]

  package init(database: DatabaseName, role: RoleIdentity, drift: [Drift]) {
    self.database = database
    self.role = role
    self.drift = drift
  }
}

package struct AuditExported: Sendable, Equatable, Codable {
  package let format: String
  /// How many entries there were to export.
  package let size: Int64
  /// By what they were chosen, as it was typed; the key is missing from an entry about all of them.
  package let filters: [String: String]?

  package init(format: String, size: Int64, filters: [String: String] = [:]) {
    self.format = format
    self.size = size
    self.filters = filters.isEmpty ? nil : filters
  }
}

/// Texts that the ledger no longer has; what they were can still be proved by who kept a copy.
package struct OpeningErased: Sendable, Equatable, Codable {
  package let commitments: [Commitment]

  package init(commitments: [Commitment]) { self.commitments = commitments }
}

/// The wall clock stood before the newest entry.
package struct ClockAnomaly: Sendable, Equatable, Codable {
  package let observed: Timestamp
  package let newest: Timestamp
}
