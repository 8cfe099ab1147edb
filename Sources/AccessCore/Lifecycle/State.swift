/// What is open or live. Closed history stays in the ledger.
package struct State: Sendable, Equatable {
  package internal(set) var requests = OpenRequests()
  /// Grants with the open request that asks for more of them.
  package internal(set) var extensions: [RequestID: RequestID] = [:]
  package internal(set) var lockdowns: [LockdownRange: Lockdown] = [:]
  package internal(set) var tokens: [TokenID: Token] = [:]
  package internal(set) var tokenIDs: [Digest: TokenID] = [:]
  /// Digest of the policy that was last in force.
  package internal(set) var policy: Digest?
  /// The configured origin, `#` and the number of the epoch.
  package internal(set) var origin: String?
  /// What has shown, in this epoch, that the ledger is older than it once was.
  package internal(set) var rollbackSigns: [String] = []
  /// Roles that look like ours and are not, by what was found.
  package internal(set) var strangers: [RoleIdentity: DriftFound] = [:]
  /// Sequence number of the next entry.
  package internal(set) var nextSeq: Int64 = 0
  /// Time of the newest entry; nil while there is none.
  package internal(set) var newest: Timestamp?
  /// Requests that are not over, by who asked.
  package internal(set) var open: [Principal: Set<RequestID>] = [:]

  package init() {}

  /// Live state from the entries that it is made of, and how far the ledger goes.
  package init(of entries: some Sequence<Entry>, nextSeq: Int64, newest: Timestamp?) {
    for entry in entries { apply(entry) }
    self.nextSeq = nextSeq
    self.newest = newest
  }

  /// The state with a closed request in it, so that a late command about it is judged like any
  /// other: who asks first, then the state that it is in.
  package func recalling(_ closed: Request?) -> State {
    guard let closed, requests[closed.id] == nil else { return self }
    var state = self
    state.requests[closed.id] = closed
    return state
  }

  /// Those whose grant has not ended.
  package var grants: [Request] { requests.values.filter { $0.grant != nil && !$0.isOver } }
}

package struct Token: Sendable, Equatable {
  package let id: TokenID
  package let user: Principal
  package let hash: Digest
  package let issuedAt: Timestamp
  package let issuedBy: Principal?
  package let expiresAt: Timestamp
}

/// What a stretch of live state is about; the ledger keeps, per subject, which entries it takes
/// to rebuild it.
package enum Subject: Hashable, Sendable {
  case log
  case policy
  case request(RequestID)
  case token(TokenID)
  case lockdown(LockdownRange)
  /// A role that looks like ours and is not.
  case stranger(RoleIdentity)

  package var text: String {
    switch self {
    case .log: "log"
    case .policy: "policy"
    case .request(let id): "request:\(id)"
    case .token(let id): "token:\(id)"
    case .lockdown(let range): "lockdown:\(range.text)"
    case .stranger(let role): "stranger:\(role.systemIdentifier):\(role.oid):\(role.name)"
    }
  }

  /// The request that ``text`` is about.
  package static func request(in text: String) -> RequestID? {
    text.hasPrefix("request:") ? RequestID(String(text.dropFirst(8))) : nil
  }
}

extension Event {
  /// The live state that the event becomes part of; nil when it is history at once.
  package var subject: Subject? {
    switch self {
    case .logOpened, .rollbackFound: .log
    case .policyLoaded: .policy
    case .tokenIssued(let data): .token(data.token)
    case .tokenRevoked(let data): .token(data.token)
    case .lockdownStarted(let data), .lockdownLifted(let data): .lockdown(data.range)
    case .requestSubmitted(let id, _), .requestApproved(let id, _), .requestDenied(let id),
      .requestCancelled(let id), .requestLapsed(let id), .requestReopened(let id, _),
      .reviewRecorded(let id, _), .glassReviewed(let id, _), .reviewOverdue(let id),
      .grantActivating(let id, _), .grantActivated(let id, _),
      .grantFailed(let id, _), .grantExtended(let id, _), .grantRevoking(let id, _),
      .grantStuck(let id, _), .grantEnded(let id, _), .driftFound(let id?, _),
      .grantForgotten(let id, _), .residueFound(let id, _), .residueDecided(let id, _):
      .request(id)
    case .driftFound(nil, let data): .stranger(data.role)
    case .requestRefused, .credentialReissued, .credentialRotated, .policyRefused, .orphanFound,
      .scopesApplying, .scopesApplied,
      .auditExported, .openingErased, .clockAnomaly, .heartbeat:
      nil
    }
  }

  /// Whether earlier entries of the same subject no longer matter.
  package var supersedes: Bool {
    switch self {
    case .logOpened, .policyLoaded: true
    case .driftFound(let id, _): id == nil
    case .requestSubmitted, .requestRefused, .requestApproved, .requestDenied, .requestCancelled,
      .requestLapsed, .requestReopened, .reviewRecorded, .glassReviewed, .reviewOverdue,
      .grantActivating, .grantActivated,
      .grantFailed, .grantExtended, .grantRevoking, .grantStuck, .grantEnded, .grantForgotten,
      .residueFound, .residueDecided, .credentialReissued,
      .credentialRotated, .policyRefused, .tokenIssued, .tokenRevoked, .lockdownStarted,
      .lockdownLifted, .orphanFound, .scopesApplying, .scopesApplied, .auditExported,
      .openingErased, .clockAnomaly,
      .rollbackFound, .heartbeat:
      false
    }
  }
}

extension State {
  /// Whether the subject is still part of live state.
  package func holds(_ subject: Subject) -> Bool {
    switch subject {
    case .log, .policy: true
    case .request(let id): requests[id] != nil
    case .token(let id): tokens[id] != nil
    case .lockdown(let range): lockdowns[range] != nil
    case .stranger(let role): strangers[role] != nil
    }
  }
}

extension State {
  package func token(hash: Digest) -> Token? {
    tokenIDs[hash].flatMap { tokens[$0] }
  }
}
