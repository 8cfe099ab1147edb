// What clients send. Unknown keys are ignored, so that a newer client can talk to an older broker.

/// `POST /v1/requests`
package struct NewRequest: Codable, Sendable, Equatable {
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

  package init(
    database: String, role: String, duration: String, reason: String?, ticket: String? = nil,
    entitlement: String? = nil, start: String? = nil, dryRun: Bool? = nil
  ) {
    self.database = database
    self.role = role
    self.duration = duration
    self.reason = reason
    self.ticket = ticket
    self.entitlement = entitlement
    self.start = start
    self.dryRun = dryRun
  }

  enum CodingKeys: String, CodingKey {
    case database, role, duration, reason, ticket, entitlement, start
    case dryRun = "dry_run"
  }
}

/// `POST /v1/requests/{id}/reviews`
package struct NewReview: Codable, Sendable, Equatable {
  /// `approve` or `deny`.
  package var verdict: String
  /// A shorter duration, as typed.
  @Nullable package var duration: String?
  @Nullable package var comment: String?
  /// The `digest` of the request that the reviewer was shown.
  @Nullable package var digest: String?

  package init(verdict: String, duration: String?, comment: String?, digest: String? = nil) {
    self.verdict = verdict
    self.duration = duration
    self.comment = comment
    self.digest = digest
  }
}

/// `POST /v1/requests/{id}/revoke`
package struct NewRevocation: Codable, Sendable, Equatable {
  package var reason: String

  package init(reason: String) { self.reason = reason }
}

/// `POST /v1/tokens`, on the admin socket
package struct NewToken: Codable, Sendable, Equatable {
  package var user: String
  /// As typed; the default is `90d`.
  @Nullable package var duration: String?

  package init(user: String, duration: String?) {
    self.user = user
    self.duration = duration
  }
}
