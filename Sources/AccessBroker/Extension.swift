import AccessCore
import Ledger
import Logging
import Synchronization
import Threads

/// Until when this process has told a server that a role may log in.
final class MovedExpiries: Sendable {
  private let times = Mutex<[RequestID: Timestamp]>([:])

  func has(_ id: RequestID, _ time: Timestamp) -> Bool { times.withLock { $0[id] == time } }
  func note(_ id: RequestID, _ time: Timestamp) { times.withLock { $0[id] = time } }
  func keep(_ ids: Set<RequestID>) { times.withLock { $0 = $0.filter { ids.contains($0.key) } } }
}

extension Broker {
  /// Asks for more of a grant. Answers the request for it, or the earlier one when the key was used
  /// before.
  package func extend(
    _ grant: RequestID, _ submission: ExtensionSubmission, by caller: Caller,
    idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    let id = try await freshID()
    let outcome = try await submit(
      .extend(id, of: grant, submission), by: caller,
      written: [submission.reason].compactMap { $0 }, idempotency: idempotency)
    let request = try await stored(outcome.request ?? id)
    if !outcome.isReplay { tellOf(request) }
    await moveExpiry(after: outcome)
    return request
  }

  /// Tells the database, once the ledger has it that the end of a grant has moved.
  ///
  /// It goes on when the caller goes away. When the database does not learn of it now, it is told
  /// later; until then it lets nobody new in after the old end, which is the safe side: there, a
  /// role never lives longer than the ledger says.
  func moveExpiry(after outcome: Outcome) async {
    for case .grantExtended(let id, _) in outcome.events {
      failpoint(.extensionRecorded)
      wake.now()
      await Task(executorPreference: ThreadPool.ending) {
        await self.turns.take(for: id) { await self.moveExpiryInTurn(id) }
      }.value
    }
  }

  /// The extended grants whose new end the server may not know: after a start, and after trouble.
  func moveExpiries(on access: DatabaseAccess) async {
    let extended = ledger.state.grants.filter { $0.grant?.isExtended == true }
    moved.keep(Set(extended.map(\.id)))
    for request in extended where request.grant?.access == access {
      await turns.take(for: request.id) { await moveExpiryInTurn(request.id) }
    }
  }

  /// Whoever calls it has the grant's turn.
  func moveExpiryInTurn(_ id: RequestID) async {
    guard
      let grant = ledger.state.requests[id]?.grant, grant.isExtended,
      case .active(let identity, _) = grant.stage, !moved.has(id, grant.expiresAt),
      !grant.isOver(at: clocks.wall(), clocks.boot())
    else { return }
    let provisioner = await provisioners.provisioner(for: grant.access)
    do { try await provisioner.extend(identity, until: grant.expiresAt) } catch {
      if error.kind == .fenced { await foundFenced(id) }
      logger.warning(
        "an extension is not in the database yet: \(error.message)", metadata: ["request": "\(id)"])
      return
    }
    failpoint(.expiryMoved)
    moved.note(id, grant.expiresAt)
    logger.info("extended", metadata: ["request": "\(id)", "until": "\(grant.expiresAt)"])
  }
}
