/// The access itself, within its request.
package struct GrantView: Codable, Sendable, Equatable {
  /// `activating`, `active`, `revoking`, `ended`, `stuck` or `forgotten`.
  package var state: String
  /// Whether LOGIN was seen to be off; null before revocation begins.
  @Nullable package var fenced: Bool?
  /// `unreachable`, `locked`, `refused` or `residue`.
  @Nullable package var stuckBecause: String?
  package var roleName: String
  @Nullable package var activatedAt: String?
  package var expiresAt: String
  @Nullable package var endedAt: String?
  /// `expired`, `revoked`, `released`, `lockdown` or `orphaned`; null while it is not over.
  @Nullable package var cause: String?
  @Nullable package var receipt: ReceiptView?
  /// In what the role in the database was not as it was made when the broker last looked.
  package var drift: [DriftView]

  package init(
    state: String, fenced: Bool?, stuckBecause: String?, roleName: String, activatedAt: String?,
    expiresAt: String, endedAt: String?, cause: String?, receipt: ReceiptView?,
    drift: [DriftView] = []
  ) {
    self.state = state
    self.fenced = fenced
    self.stuckBecause = stuckBecause
    self.roleName = roleName
    self.activatedAt = activatedAt
    self.expiresAt = expiresAt
    self.endedAt = endedAt
    self.cause = cause
    self.receipt = receipt
    self.drift = drift
  }

  enum CodingKeys: String, CodingKey {
    case state, fenced, cause, receipt, drift
    case stuckBecause = "stuck_because"
    case roleName = "role_name"
    case activatedAt = "activated_at"
    case expiresAt = "expires_at"
    case endedAt = "ended_at"
  }
}

package struct DriftView: Codable, Sendable, Equatable {
  /// `missing`, `marking`, `attribute`, `power`, `membership`, `member`, `setting` or `stranger`.
  package var kind: String
  package var found: String

  package init(kind: String, found: String) {
    self.kind = kind
    self.found = found
  }
}

/// What was checked after a revocation.
package struct ReceiptView: Codable, Sendable, Equatable {
  package var sessionsEnded: Int
  package var preparedRolledBack: Int
  package var objectsDropped: Int
  package var residue: [ResidueView]
  package var verified: Bool
  /// Milliseconds from when access had to be over until zero sessions were observed.
  package var overrunMs: Int64

  package init(
    sessionsEnded: Int, preparedRolledBack: Int, objectsDropped: Int, residue: [ResidueView],
    verified: Bool, overrunMs: Int64
  ) {
    self.sessionsEnded = sessionsEnded
    self.preparedRolledBack = preparedRolledBack
    self.objectsDropped = objectsDropped
    self.residue = residue
    self.verified = verified
    self.overrunMs = overrunMs
  }

  enum CodingKeys: String, CodingKey {
    case residue, verified
    case sessionsEnded = "sessions_ended"
    case preparedRolledBack = "prepared_rolled_back"
    case objectsDropped = "objects_dropped"
    case overrunMs = "overrun_ms"
  }
}

package struct ResidueView: Codable, Sendable, Equatable {
  package var database: String
  package var kind: String
  package var name: String
  @Nullable package var note: String?

  package init(database: String, kind: String, name: String, note: String?) {
    self.database = database
    self.kind = kind
    self.name = name
    self.note = note
  }
}

/// `GET /v1/requests/{id}/residue`: what the role of a grant has left behind, looked up again.
package struct ResidueReportView: Codable, Sendable, Equatable {
  package var id: String
  package var database: String
  /// Of the grant.
  package var state: String
  package var roleName: String
  package var residue: [ResidueView]

  package init(
    id: String, database: String, state: String, roleName: String, residue: [ResidueView]
  ) {
    self.id = id
    self.database = database
    self.state = state
    self.roleName = roleName
    self.residue = residue
  }

  enum CodingKeys: String, CodingKey {
    case id, database, state, residue
    case roleName = "role_name"
  }
}
