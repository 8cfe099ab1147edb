extension State {
  /// Takes in what happened. Every entry that `decide` makes fits; one that does not (a ledger
  /// edited by hand) changes nothing.
  ///
  /// A request that closes leaves the live state; `Request(folding:)` brings one back.
  package mutating func apply(_ entry: Entry) {
    nextSeq = entry.seq + 1
    newest = max(newest ?? entry.at, entry.at)
    switch entry.event {
    case .logOpened(let data): (origin, rollbackSigns) = (data.origin, [])
    case .rollbackFound(let data): rollbackSigns.append(data.seen)
    case .policyLoaded(let data): policy = data.digest
    case .tokenIssued(let data):
      tokens[data.token] = Token(data, entry)
      tokenIDs[data.hash] = data.token
    case .tokenRevoked(let data):
      if let token = tokens.removeValue(forKey: data.token) { tokenIDs[token.hash] = nil }
    case .requestSubmitted(let id, let data):
      requests[id] = Request(id: id, data, at: entry.at)
      open[data.ask.requester, default: []].insert(id)
      if let grant = data.ask.extends { extensions[grant] = id }
    case .lockdownStarted(let data):
      if case .caller(let caller) = entry.author {
        lockdowns[data.range] = Lockdown(range: data.range, by: caller, since: entry.at)
      }
    case .lockdownLifted(let data): lockdowns[data.range] = nil
    case .driftFound(nil, let data):
      strangers[data.role] = data.drift.isEmpty ? nil : data
    case .requestApproved(let id, _), .requestDenied(let id), .requestCancelled(let id),
      .requestLapsed(let id), .requestReopened(let id, _), .reviewRecorded(let id, _),
      .glassReviewed(let id, _), .reviewOverdue(let id),
      .grantActivating(let id, _), .grantActivated(let id, _), .grantFailed(let id, _),
      .grantExtended(let id, _), .grantRevoking(let id, _), .grantStuck(let id, _),
      .grantEnded(let id, _), .driftFound(let id?, _),
      .grantForgotten(let id, _), .residueFound(let id, _), .residueDecided(let id, _):
      requests[id]?.apply(entry)
      if let closed = requests[id], closed.isClosed { forget(closed) }
    case .requestRefused, .credentialReissued, .credentialRotated, .policyRefused, .orphanFound,
      .scopesApplying, .scopesApplied,
      .auditExported, .openingErased, .clockAnomaly, .heartbeat:
      break
    }
  }

  private mutating func forget(_ request: Request) {
    requests[request.id] = nil
    if let grant = request.ask.extends, extensions[grant] == request.id { extensions[grant] = nil }
    open[request.ask.requester]?.remove(request.id)
    if open[request.ask.requester]?.isEmpty == true { open[request.ask.requester] = nil }
  }
}

extension Token {
  init(_ data: TokenIssued, _ entry: Entry) {
    let issuer: Principal? =
      switch entry.author {
      case .caller(let caller): caller.principal
      case .system: nil
      }
    self.init(
      id: data.token, user: data.user, hash: data.hash, issuedAt: entry.at, issuedBy: issuer,
      expiresAt: data.expiresAt)
  }
}

extension Request {
  init(id: RequestID, _ data: RequestSubmitted, at: Timestamp) {
    self.init(
      id: id, ask: data.ask, digest: data.digest, submittedAt: at,
      stage: .pending(lapsesAt: data.lapsesAt))
  }

  /// A whole request from its entries, closed or not; nil when they do not begin with one.
  package init?(folding entries: some Sequence<Entry>) {
    var request: Request?
    for entry in entries {
      if case .requestSubmitted(let id, let data) = entry.event {
        request = Request(id: id, data, at: entry.at)
      } else {
        request?.apply(entry)
      }
    }
    guard let request else { return nil }
    self = request
  }

  /// The request as it is once the event has happened to it.
  package func after(_ event: Event, at time: Timestamp) -> Request {
    var request = self
    request.apply(Entry(seq: 0, at: time, author: .system, nonce: [], event: event))
    return request
  }

  mutating func apply(_ entry: Entry) {
    switch entry.event {
    case .reviewRecorded(_, let data):
      guard case .caller(let caller) = entry.author,
        let review = Review(data, by: caller, at: entry.at)
      else { return }
      reviews.append(review)
    case .glassReviewed(_, let data):
      guard case .caller(let caller) = entry.author else { return }
      hindsight = Hindsight(data, by: caller, at: entry.at)
    case .reviewOverdue: isMarkedOverdue = true
    case .requestApproved(_, let data):
      let approval = Approval(at: entry.at, duration: data.duration, lapsesAt: data.lapsesAt)
      // The same commit has moved the end of the grant.
      stage = ask.extends == nil ? .approved(approval) : .extended(approval)
    case .requestDenied: stage = .denied(at: entry.at)
    case .requestCancelled: stage = .cancelled(at: entry.at)
    case .requestLapsed: stage = .lapsed(at: entry.at)
    case .requestReopened(_, let data): stage = .pending(lapsesAt: data.lapsesAt)
    case .grantActivating(_, let data):
      guard case .approved(let approval) = stage else { return }
      stage = .granted(approval, Grant(data))
    case .grantFailed:
      guard case .granted(let approval, let grant) = stage, case .activating = grant.stage
      else { return }
      stage = .approved(approval)
    case .grantActivated, .grantExtended, .grantRevoking, .grantStuck, .grantEnded,
      .driftFound, .grantForgotten, .residueFound, .residueDecided:
      guard case .granted(let approval, var grant) = stage else { return }
      grant.apply(entry)
      stage = .granted(approval, grant)
    case .requestSubmitted, .requestRefused, .credentialReissued, .credentialRotated, .logOpened,
      .policyLoaded, .policyRefused, .tokenIssued, .tokenRevoked, .lockdownStarted,
      .lockdownLifted, .orphanFound, .scopesApplying, .scopesApplied, .auditExported,
      .openingErased, .clockAnomaly,
      .rollbackFound, .heartbeat:
      break
    }
  }
}

extension Grant {
  init(_ data: GrantActivating) {
    self.init(
      roleName: data.roleName, expiresAt: data.expiresAt, began: data.began,
      duration: data.duration, access: data.access, client: data.client, scopes: data.scopes,
      sessions: data.sessions, actsAs: data.actsAs, residue: data.residue ?? .keep,
      scopesOwn: data.scopesOwn ?? false, reviewDue: data.reviewDue, stage: .activating)
  }

  fileprivate mutating func apply(_ entry: Entry) {
    switch (stage, entry.event) {
    case (_, .driftFound(_, let data)): drift = data.drift
    case (.activating, .grantActivated(_, let data)):
      stage = .active(data.identity, since: entry.at)
      (baseline, scopesBefore) = (data.baseline, data.scopes)
    case (.active, .grantExtended(_, let data)):
      (expiresAt, duration, isExtended) = (data.expiresAt, data.duration, true)
    case (.activating, .grantRevoking(_, let data)), (.active, .grantRevoking(_, let data)):
      stage = .revoking(
        Ending(identity: identity, activatedAt: activatedAt, cause: data.cause, due: data.due))
    case (.revoking(let ending), .grantStuck(_, let obstacle)),
      (.stuck(let ending, _), .grantStuck(_, let obstacle)):
      stage = .stuck(ending, obstacle)
    case (.revoking(let ending), .grantEnded(_, let data)),
      (.stuck(let ending, _), .grantEnded(_, let data)):
      stage = .ended(ending, data.receipt, at: entry.at)
    case (.stuck(let ending, let obstacle), .grantForgotten):
      stage = .forgotten(ending, obstacle, at: entry.at)
    case (.revoking, .residueFound(_, let data)), (.stuck, .residueFound(_, let data)):
      found += data.residue
    case (.stuck, .residueDecided(_, let data)): decision = data.fate
    case (.activating, _), (.active, _), (.revoking, _), (.stuck, _), (.ended, _), (.forgotten, _):
      break
    }
  }
}
