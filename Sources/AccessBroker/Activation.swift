import AccessCore
import Ledger
import Logging
import Threads

/// What the requester gets: where to log in, as whom, with what.
package struct Credentials: Sendable {
  package let request: RequestID
  package let endpoint: Endpoint
  package let dbname: String
  package let sslmode: TLSMode
  package let user: String
  /// Nil in the answer to a repeated idempotency key: a replay never returns a secret.
  package let secret: Secret?
  package let expiresAt: Timestamp
}

extension Broker {
  /// Activates an approved request, or gives an active grant a new password.
  ///
  /// It goes on when the caller goes away: a lost connection loses the secret, not the grant.
  package func activate(
    _ id: RequestID, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Credentials {
    let work = Task(executorPreference: ThreadPool.serving) {
      await self.turns.take(for: id) {
        await Result { () async throws(Refusal) in
          try await self.activateInTurn(id, by: caller, idempotency)
        }
      }
    }
    return try await work.value.get()
  }

  private func activateInTurn(
    _ id: RequestID, by caller: Caller, _ idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Credentials {
    try await lookFirst(id, for: caller)
    let outcome = try await submit(
      .activate(id), by: caller, idempotency: idempotency)
    if outcome.isReplay { return try await credentials(id, secret: nil) }
    guard let grant = outcome.state.requests[id]?.grant else {
      if let request = outcome.state.requests[id] { notify(.waitsForReview(request)) }
      throw Refusal(
        .needsReview, "\(id) needs review again: the policy or the reviewers have changed",
        hint: "`jit show \(id)` tells who can approve it")
    }
    // The loop looks every second; what lasts longer than that it finds in time.
    if grant.duration.milliseconds < 2 * Limits.loopIntervalMs { wake.now() }
    let provisioner = await provisioners.provisioner(for: grant.access)
    switch grant.stage {
    case .activating:
      failpoint(.activatingRecorded)
      return try await provision(id, grant, provisioner)
    case .active(let identity, _):
      failpoint(.reissueRecorded)
      await moveExpiryInTurn(id)
      let secret: Secret
      do { secret = try await provisioner.reissue(identity) } catch {
        if error.kind == .fenced { await foundFenced(id) }
        throw Refusal(error, "the password could not be set", hint: "try again")
      }
      failpoint(.passwordChanged)
      return try await credentials(id, secret: secret)
    case .revoking, .stuck, .ended, .forgotten:
      throw Refusal(.wrongState, "\(id) has ended", hint: "see `jit show \(id)`")
    }
  }

  /// The order is the promise: intent is durable, then the role without LOGIN, then its identity is
  /// durable, then LOGIN.
  private func provision(
    _ id: RequestID, _ grant: Grant, _ provisioner: any Provisioner
  ) async throws(Refusal) -> Credentials {
    let created: CreatedRole
    let database = ledger.state.requests[id]?.ask.database
    let accept = database.flatMap { policy.snapshot.policy.databases[$0]?.accept } ?? []
    do { created = try await provisioner.create(grant.plan(accepting: accept)) } catch {
      await undo(id, grant, provisioner, because: error.message)
      throw Refusal(
        error, "the role could not be made", hint: "\(id) is approved still: try again",
        on: database)
    }
    failpoint(.roleCreated)
    let baseline = try await baseline(of: id, grant, created.identity, provisioner)
    let scopes = await scopesBefore(id, grant, created, provisioner)
    let recorded = await record(
      .activated(
        id, created.identity, baseline: baseline?.digest,
        scopes: grant.scopes.isEmpty
          ? nil : ScopesBefore(reach: created.reach, snapshot: scopes?.digest)),
      [baseline, scopes].compactMap(\.self))
    failpoint(.activatedRecorded)
    guard let recorded, recorded.durable else {
      // Nothing may log in without a durable entry; a later call switches LOGIN on.
      throw Refusal(
        .ledgerUnwritable, "the ledger cannot be written, so LOGIN stays off",
        hint: "try again later: `jit connect \(id)`")
    }
    guard
      let now = recorded.state.requests[id]?.grant, case .active = now.stage,
      !now.isOver(at: clocks.wall(), clocks.boot())
    else {
      wake.now()
      throw Refusal(.wrongState, "\(id) was ended before it began", hint: "see `jit show \(id)`")
    }
    // The policy may have changed while the role was made.
    if let ask = recorded.state.requests[id]?.ask {
      do { _ = try stillEntitled(ask, policy.snapshot.policy) } catch {
        await record(.disentitled(id))
        wake.now()
        throw error
      }
    }
    do { try await provisioner.enableLogin(created.identity) } catch {
      if error.kind == .fenced { await foundFenced(id) }
      throw Refusal(error, "LOGIN could not be switched on", hint: "try again: `jit connect \(id)`")
    }
    failpoint(.loginEnabled)
    logger.info("activated", metadata: ["request": "\(id)", "role": "\(grant.roleName)"])
    return try await credentials(id, secret: created.secret)
  }

  /// Makes sure that nothing is there, and says so; when that cannot be known now, the loop goes on
  /// trying.
  func undo(
    _ id: RequestID, _ grant: Grant, _ provisioner: any Provisioner, because: String
  ) async {
    let revocation = await provisioner.revoke(grant.revocationTarget)
    switch revocation.outcome {
    case .ended: await record(.activationFailed(id, because: because))
    case .stuck(_, let note):
      logger.warning("an activation is not undone yet: \(note)", metadata: ["request": "\(id)"])
    }
  }

  private func credentials(_ id: RequestID, secret: Secret?) async throws(Refusal) -> Credentials {
    guard let grant = try await stored(id).grant else {
      throw Refusal(.wrongState, "\(id) is not active", hint: "see `jit show \(id)`")
    }
    return Credentials(
      request: id, endpoint: grant.client, dbname: grant.access.dbname,
      sslmode: grant.access.sslmode, user: grant.roleName, secret: secret,
      expiresAt: grant.expiresAt)
  }
}

extension Refusal {
  init(
    _ error: ProvisioningError, _ what: String, hint: String, on database: DatabaseName? = nil
  ) {
    switch error.kind {
    case .unreachable: self.init(.databaseUnreachable, "\(what): \(error.message)", hint: hint)
    case .refused, .locked: self.init(.databaseRefused, "\(what): \(error.message)", hint: hint)
    case .fenced:
      self.init(.wrongState, "\(what): \(error.message)", hint: "ask again with `jit request`")
    case .dangerous:
      self.init(
        .dangerNotAccepted, "\(what): \(error.message)",
        hint:
          "`jit admin preflight \(database?.text ?? "DB")` shows why it matters and what mends it")
    }
  }
}

extension Result {
  init(_ body: () async throws(Failure) -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }

  init(_ body: () throws(Failure) -> Success) {
    do { self = .success(try body()) } catch { self = .failure(error) }
  }
}
