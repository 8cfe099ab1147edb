/// The access itself. It shares its request's id.
package struct Grant: Sendable, Equatable {
  package let roleName: String
  /// Fixed when activation began; only an extension moves it.
  package internal(set) var expiresAt: Timestamp
  /// When activation began, on the clock that nobody can set.
  package let began: BootMark
  /// In all, with what it was extended by.
  package internal(set) var duration: TimeSpan
  package internal(set) var isExtended = false
  /// A copy, so that revocation needs no policy.
  package let access: DatabaseAccess
  package let client: Endpoint
  package let scopes: [String]
  package let sessions: Int
  /// The owner as whom it works; nil for a grant that is itself only.
  package let actsAs: String?
  /// What the policy said about data that is left, when activation began.
  package let residue: ResiduePolicy
  /// The policy accepted then that the scopes own things.
  package let scopesOwn: Bool
  /// Until when a broken glass has to be reviewed.
  package let reviewDue: Timestamp?
  /// What the role left behind, so far as it was found.
  package internal(set) var found: [Residue] = []
  /// What a person decided about it, against the policy.
  package internal(set) var decision: ResidueFate?
  package internal(set) var stage: Stage
  /// Digest of what that owner had before.
  package internal(set) var baseline: Digest?
  /// What the scopes were before.
  package internal(set) var scopesBefore: ScopesBefore?
  /// In what its role was not as it was made when it was last looked at.
  package internal(set) var drift: [Drift] = []

  package enum Stage: Sendable, Equatable {
    /// The intent is durable; the role may exist, but cannot log in.
    case activating
    case active(RoleIdentity, since: Timestamp)
    case revoking(Ending)
    case stuck(Ending, Obstacle)
    case ended(Ending, Receipt, at: Timestamp)
    /// Stuck, and somebody answers for it that nobody waits for its end any more.
    case forgotten(Ending, Obstacle, at: Timestamp)
  }

  /// Why and since when the access has to end.
  package struct Ending: Sendable, Equatable {
    /// Nil when it was ended before the broker knew the role.
    package let identity: RoleIdentity?
    package let activatedAt: Timestamp?
    package let cause: Cause
    /// When the access had to be over: the deadline, or the earlier word that ended it.
    package let due: Timestamp
  }

  package struct Obstacle: Sendable, Equatable {
    package let because: StuckCause
    package let fenced: Bool
    package let note: String
    /// Set once the fence and zero sessions were observed in spite of the obstacle.
    package let overrunMs: Int64?
    /// What all attempts so far have done, and what the last one found in the way.
    package let sessionsEnded: Int
    package let preparedRolledBack: Int
    package let objectsDropped: Int
    package let residue: [Residue]

    package init(
      because: StuckCause, fenced: Bool, note: String, overrunMs: Int64?, sessionsEnded: Int = 0,
      preparedRolledBack: Int = 0, objectsDropped: Int = 0, residue: [Residue] = []
    ) {
      self.because = because
      self.fenced = fenced
      self.note = note
      self.overrunMs = overrunMs
      self.sessionsEnded = sessionsEnded
      self.preparedRolledBack = preparedRolledBack
      self.objectsDropped = objectsDropped
      self.residue = residue
    }
  }

  package var isActive: Bool {
    switch stage {
    case .active: true
    case .activating, .revoking, .stuck, .ended, .forgotten: false
    }
  }

  /// Whether its history is over.
  package var isEnded: Bool {
    switch stage {
    case .ended, .forgotten: true
    case .activating, .active, .revoking, .stuck: false
    }
  }

  package var identity: RoleIdentity? {
    switch stage {
    case .activating: nil
    case .active(let identity, _): identity
    case .revoking(let ending), .stuck(let ending, _), .ended(let ending, _, _),
      .forgotten(let ending, _, _):
      ending.identity
    }
  }

  package var activatedAt: Timestamp? {
    switch stage {
    case .activating: nil
    case .active(_, let since): since
    case .revoking(let ending), .stuck(let ending, _), .ended(let ending, _, _),
      .forgotten(let ending, _, _):
      ending.activatedAt
    }
  }

  /// What a provisioner needs to end it, whatever has become of policy and ledger.
  package var revocationTarget: RevocationTarget {
    var target = RevocationTarget(
      name: roleName, identity: identity, scopes: scopes, scopesOwn: scopesOwn,
      residue: decision ?? residue.fate)
    target.reach = scopesBefore?.reach ?? []
    return target
  }

  package func plan(accepting accept: Set<Danger>) -> RolePlan {
    RolePlan(
      name: roleName, scopes: scopes, actsAs: actsAs, expiresAt: expiresAt, sessions: sessions,
      accept: accept)
  }

  /// Whether its time is over on either clock.
  ///
  /// After a reboot the boot clock says nothing, and a wall clock behind the `newest` entry is known
  /// to be wrong: then nobody knows how long it has lasted, and it is over.
  package func isOver(at now: Timestamp, _ boot: BootMark, newest: Timestamp? = nil) -> Bool {
    millisecondsLeft(at: now, boot, newest: newest) == 0
  }

  /// Milliseconds until `isOver`, by the clock that gets there first; 0 when it is.
  package func millisecondsLeft(
    at now: Timestamp, _ boot: BootMark, newest: Timestamp? = nil
  ) -> Int64 {
    let wall = max(0, expiresAt - now)
    guard boot.bootID == began.bootID else {
      if let newest, now < newest { return 0 }
      return min(wall, duration.milliseconds)
    }
    let elapsed = boot.milliseconds - began.milliseconds
    return min(wall, max(0, duration.milliseconds - elapsed))
  }
}

/// Why a grant ended.
package enum Cause: String, Sendable, Codable {
  case expired, revoked, released, lockdown, orphaned
}

/// A reading of the clock that counts from boot and cannot be set (Linux `CLOCK_BOOTTIME`).
package struct BootMark: Sendable, Equatable, Codable {
  /// The kernel's id of this boot.
  package let bootID: String
  package let milliseconds: Int64

  package init(bootID: String, milliseconds: Int64) {
    self.bootID = bootID
    self.milliseconds = milliseconds
  }

  private enum CodingKeys: String, CodingKey {
    case bootID = "boot_id"
    case milliseconds = "ms"
  }
}

/// What the broker checked after a revocation.
package struct Receipt: Sendable, Equatable, Codable {
  package let sessionsEnded: Int
  package let preparedRolledBack: Int
  package let objectsDropped: Int
  package let residue: [Residue]
  /// No role, session, prepared transaction or owned thing was left, and that was looked at.
  package let verified: Bool
  /// Milliseconds from when the access had to be over until the fence and zero sessions had been
  /// observed.
  package let overrunMs: Int64

  package init(
    sessionsEnded: Int, preparedRolledBack: Int, objectsDropped: Int, residue: [Residue],
    verified: Bool, overrunMs: Int64
  ) {
    self.sessionsEnded = sessionsEnded
    self.preparedRolledBack = preparedRolledBack
    self.objectsDropped = objectsDropped
    self.residue = residue
    self.verified = verified
    self.overrunMs = overrunMs
  }

  private enum CodingKeys: String, CodingKey {
    case residue, verified
    case sessionsEnded = "sessions_ended"
    case preparedRolledBack = "prepared_rolled_back"
    case objectsDropped = "objects_dropped"
    case overrunMs = "overrun_ms"
  }
}

/// `jit_<user>_<id>`, lower case, at most 63 bytes (PostgreSQL's limit for names); the user part
/// is what is shortened, so that the id always leads back to the request.
package func grantRoleName(user: Principal, id: RequestID) -> String {
  let suffix = "_" + id.text.lowercased()
  let name = user.text.map { ("a"..."z").contains($0) || ("0"..."9").contains($0) ? $0 : "_" }
  return "jit_" + String(name.prefix(63 - 4 - suffix.utf8.count)) + suffix
}
