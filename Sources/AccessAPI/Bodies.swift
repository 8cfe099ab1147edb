/// What clients send. A key that the broker does not know is refused: whoever meant a shorter
/// `duration` and wrote another word must not get the longer one.
package protocol ClosedBody: Codable, Sendable {
  associatedtype CodingKeys: CodingKey & CaseIterable
}

/// `POST /v1/requests`
package struct NewRequest: ClosedBody, Equatable {
  package var database: String
  package var role: String
  /// As typed: `30m`.
  package var duration: String
  @Nullable package var reason: String?
  @Nullable package var ticket: String?
  @Nullable package var entitlement: String?
  /// RFC 3339, or `HH:MM` in the policy's zone.
  @Nullable package var start: String?
  /// True asks nothing and only tells what would be.
  @Nullable package var dryRun: Bool?
  /// True takes emergency access, which is reviewed afterwards.
  @Nullable package var breakGlass: Bool?

  package init(
    database: String, role: String, duration: String, reason: String?, ticket: String? = nil,
    entitlement: String? = nil, start: String? = nil, dryRun: Bool? = nil,
    breakGlass: Bool? = nil
  ) {
    self.database = database
    self.role = role
    self.duration = duration
    self.reason = reason
    self.ticket = ticket
    self.entitlement = entitlement
    self.start = start
    self.dryRun = dryRun
    self.breakGlass = breakGlass
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case database, role, duration, reason, ticket, entitlement, start
    case dryRun = "dry_run"
    case breakGlass = "break_glass"
  }
}

/// `POST /v1/requests/{id}/reviews`
package struct NewReview: ClosedBody, Equatable {
  /// `approve` or `deny`; of a broken glass `justified` or `unjustified`.
  package var verdict: String
  /// A shorter duration, as typed.
  @Nullable package var duration: String?
  @Nullable package var comment: String?
  /// The `digest` of the request that the reviewer was shown.
  @Nullable package var digest: String?
  /// An armored signature of `ssh-keygen -Y sign`, in the namespace `jit-review`, over the canonical
  /// JSON of what the reviewer was shown.
  @Nullable package var signature: String?

  package init(
    verdict: String, duration: String?, comment: String?, digest: String? = nil,
    signature: String? = nil
  ) {
    self.verdict = verdict
    self.duration = duration
    self.comment = comment
    self.digest = digest
    self.signature = signature
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case verdict, duration, comment, digest, signature
  }
}

/// `POST /v1/requests/{id}/revoke`
package struct NewRevocation: ClosedBody, Equatable {
  package var reason: String

  package init(reason: String) { self.reason = reason }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case reason
  }
}

/// `POST /v1/requests/{id}/residue`: one of the two.
package struct NewResidueDecision: ClosedBody, Equatable {
  /// True drops what the role of a stuck grant left behind, data included.
  @Nullable package var drop: Bool?
  /// The role that tables, sequences and materialized views are given to.
  @Nullable package var giveTo: String?

  package init(drop: Bool?, giveTo: String?) {
    self.drop = drop
    self.giveTo = giveTo
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case drop
    case giveTo = "give_to"
  }
}

/// `POST /v1/requests/{id}/forget`
package struct NewForgetting: ClosedBody, Equatable {
  package var why: String

  package init(why: String) { self.why = why }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case why
  }
}

/// `POST /v1/requests/{id}/extend`
package struct NewExtension: ClosedBody, Equatable {
  /// How much more, as typed.
  package var duration: String
  @Nullable package var reason: String?

  package init(duration: String, reason: String?) {
    self.duration = duration
    self.reason = reason
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case duration, reason
  }
}

/// `POST /v1/lockdown`: of one person, database or role, or without any of them of everything.
package struct NewLockdown: ClosedBody, Equatable {
  @Nullable package var person: String?
  @Nullable package var database: String?
  @Nullable package var role: String?
  /// True ends the lockdown instead.
  @Nullable package var lift: Bool?

  package init(person: String?, database: String?, role: String?, lift: Bool?) {
    self.person = person
    self.database = database
    self.role = role
    self.lift = lift
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case person, database, role, lift
  }
}

/// `POST /v1/reconcile`
package struct NewReconciliation: ClosedBody, Equatable {
  /// Null means all.
  @Nullable package var database: String?
  /// True changes nothing, in databases or ledger.
  @Nullable package var dryRun: Bool?

  package init(database: String?, dryRun: Bool) {
    self.database = database
    self.dryRun = dryRun
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case database
    case dryRun = "dry_run"
  }
}

/// `POST /v1/tokens`, on the admin socket
package struct NewToken: ClosedBody, Equatable {
  package var user: String
  /// As typed; the default is `90d`.
  @Nullable package var duration: String?

  package init(user: String, duration: String?) {
    self.user = user
    self.duration = duration
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case user, duration
  }
}
