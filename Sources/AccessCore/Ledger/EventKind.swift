/// The names of events in the ledger; they never change.
package enum EventKind: String, Sendable, Codable, CaseIterable {
  case logOpened = "log.opened"
  case policyLoaded = "policy.loaded"
  case policyRefused = "policy.refused"
  case requestSubmitted = "request.submitted"
  case requestRefused = "request.refused"
  case requestApproved = "request.approved"
  case requestDenied = "request.denied"
  case requestCancelled = "request.cancelled"
  case requestLapsed = "request.lapsed"
  case requestReopened = "request.reopened"
  case reviewRecorded = "review.recorded"
  case glassReviewed = "glass.reviewed"
  case reviewOverdue = "review.overdue"
  case grantActivating = "grant.activating"
  case grantActivated = "grant.activated"
  case grantFailed = "grant.failed"
  case grantExtended = "grant.extended"
  case grantRevoking = "grant.revoking"
  case grantStuck = "grant.stuck"
  case grantEnded = "grant.ended"
  case grantForgotten = "grant.forgotten"
  case residueFound = "residue.found"
  case residueDecided = "residue.decided"
  case credentialReissued = "credential.reissued"
  case credentialRotated = "credential.rotated"
  case lockdownStarted = "lockdown.started"
  case lockdownLifted = "lockdown.lifted"
  case tokenIssued = "token.issued"
  case tokenRevoked = "token.revoked"
  case orphanFound = "orphan.found"
  case scopesApplying = "scopes.applying"
  case scopesApplied = "scopes.applied"
  case driftFound = "drift.found"
  case auditExported = "audit.exported"
  case openingErased = "opening.erased"
  case clockAnomaly = "clock.anomaly"
  case rollbackFound = "rollback.found"
  case heartbeat
}

extension Event {
  package var kind: EventKind {
    switch self {
    case .logOpened: .logOpened
    case .policyLoaded: .policyLoaded
    case .policyRefused: .policyRefused
    case .requestSubmitted: .requestSubmitted
    case .requestRefused: .requestRefused
    case .requestApproved: .requestApproved
    case .requestDenied: .requestDenied
    case .requestCancelled: .requestCancelled
    case .requestLapsed: .requestLapsed
    case .requestReopened: .requestReopened
    case .reviewRecorded: .reviewRecorded
    case .glassReviewed: .glassReviewed
    case .reviewOverdue: .reviewOverdue
    case .grantActivating: .grantActivating
    case .grantActivated: .grantActivated
    case .grantFailed: .grantFailed
    case .grantExtended: .grantExtended
    case .grantRevoking: .grantRevoking
    case .grantStuck: .grantStuck
    case .grantEnded: .grantEnded
    case .grantForgotten: .grantForgotten
    case .residueFound: .residueFound
    case .residueDecided: .residueDecided
    case .credentialReissued: .credentialReissued
    case .credentialRotated: .credentialRotated
    case .lockdownStarted: .lockdownStarted
    case .lockdownLifted: .lockdownLifted
    case .tokenIssued: .tokenIssued
    case .tokenRevoked: .tokenRevoked
    case .orphanFound: .orphanFound
    case .scopesApplying: .scopesApplying
    case .scopesApplied: .scopesApplied
    case .driftFound: .driftFound
    case .auditExported: .auditExported
    case .openingErased: .openingErased
    case .clockAnomaly: .clockAnomaly
    case .rollbackFound: .rollbackFound
    case .heartbeat: .heartbeat
    }
  }

  /// The part of the entry that belongs to the kind; nil for kinds that say everything by name.
  package var payload: (any Encodable & Sendable)? {
    switch self {
    case .logOpened(let data): data
    case .policyLoaded(let data): data
    case .policyRefused(let data): data
    case .requestSubmitted(_, let data): data
    case .requestRefused(_, let data): data
    case .requestApproved(_, let data): data
    case .requestDenied, .requestCancelled, .requestLapsed, .reviewOverdue, .credentialReissued,
      .heartbeat:
      nil
    case .requestReopened(_, let data): data
    case .reviewRecorded(_, let data): data
    case .glassReviewed(_, let data): data
    case .grantActivating(_, let data): data
    case .grantActivated(_, let data): data
    case .grantFailed(_, let data): data
    case .grantExtended(_, let data): data
    case .grantRevoking(_, let data): data
    case .grantStuck(_, let data): data
    case .grantEnded(_, let data): data
    case .grantForgotten(_, let data): data
    case .residueFound(_, let data): data
    case .residueDecided(_, let data): data.fate
    case .credentialRotated(let data): data
    case .lockdownStarted(let data), .lockdownLifted(let data): data
    case .tokenIssued(let data): data
    case .tokenRevoked(let data): data
    case .orphanFound(let data): data
    case .scopesApplying(let data): data
    case .scopesApplied(let data): data
    case .driftFound(_, let data): data
    case .auditExported(let data): data
    case .openingErased(_, let data): data
    case .clockAnomaly(let data): data
    case .rollbackFound(let data): data
    }
  }

  /// Reads an event back from its kind, its request and its payload.
  package init(
    _ kind: EventKind, request: RequestID?, payload: some PayloadReader
  ) throws {
    func id() throws -> RequestID {
      guard let request else { throw MissingRequest(kind: kind) }
      return request
    }
    switch kind {
    case .logOpened: self = .logOpened(try payload.read())
    case .policyLoaded: self = .policyLoaded(try payload.read())
    case .policyRefused: self = .policyRefused(try payload.read())
    case .requestSubmitted: self = .requestSubmitted(try id(), try payload.read())
    case .requestRefused: self = .requestRefused(request, try payload.read())
    case .requestApproved: self = .requestApproved(try id(), try payload.read())
    case .requestDenied: self = .requestDenied(try id())
    case .requestCancelled: self = .requestCancelled(try id())
    case .requestLapsed: self = .requestLapsed(try id())
    case .requestReopened: self = .requestReopened(try id(), try payload.read())
    case .reviewRecorded: self = .reviewRecorded(try id(), try payload.read())
    case .glassReviewed: self = .glassReviewed(try id(), try payload.read())
    case .reviewOverdue: self = .reviewOverdue(try id())
    case .grantActivating: self = .grantActivating(try id(), try payload.read())
    case .grantActivated: self = .grantActivated(try id(), try payload.read())
    case .grantFailed: self = .grantFailed(try id(), try payload.read())
    case .grantExtended: self = .grantExtended(try id(), try payload.read())
    case .grantRevoking: self = .grantRevoking(try id(), try payload.read())
    case .grantStuck: self = .grantStuck(try id(), try payload.read())
    case .grantEnded: self = .grantEnded(try id(), try payload.read())
    case .grantForgotten: self = .grantForgotten(try id(), try payload.read())
    case .residueFound: self = .residueFound(try id(), try payload.read())
    case .residueDecided:
      self = .residueDecided(try id(), ResidueDecided(fate: try payload.read()))
    case .credentialReissued: self = .credentialReissued(try id())
    case .credentialRotated: self = .credentialRotated(try payload.read())
    case .lockdownStarted: self = .lockdownStarted(try payload.read())
    case .lockdownLifted: self = .lockdownLifted(try payload.read())
    case .tokenIssued: self = .tokenIssued(try payload.read())
    case .tokenRevoked: self = .tokenRevoked(try payload.read())
    case .orphanFound: self = .orphanFound(try payload.read())
    case .scopesApplying: self = .scopesApplying(try payload.read())
    case .scopesApplied: self = .scopesApplied(try payload.read())
    case .driftFound: self = .driftFound(request, try payload.read())
    case .auditExported: self = .auditExported(try payload.read())
    case .openingErased: self = .openingErased(try id(), try payload.read())
    case .clockAnomaly: self = .clockAnomaly(try payload.read())
    case .rollbackFound: self = .rollbackFound(try payload.read())
    case .heartbeat: self = .heartbeat
    }
  }
}

/// Reads the payload of one entry, whatever it is encoded as.
package protocol PayloadReader {
  func read<Payload: Decodable>() throws -> Payload
}

/// An entry whose kind is about a request names none.
package struct MissingRequest: Error, Equatable {
  package let kind: EventKind
}
