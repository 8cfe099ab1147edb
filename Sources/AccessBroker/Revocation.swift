import AccessCore
import Ledger
import Logging

extension Broker {
  /// Gives a grant back, or takes it back, and waits a while for the end of it.
  package func end(
    _ command: Command, by caller: Caller, written: WrittenText? = nil,
    idempotency: IdempotencyKey?
  ) async throws(Refusal) -> (request: Request, durable: Bool) {
    let outcome = try await submit(
      command, by: caller, written: [written].compactMap { $0 }, idempotency: idempotency)
    guard let id = outcome.request else { throw Refusal.unknownRequest("") }
    wake.now()
    await settled(id, withinMs: 5_000)
    return (try await stored(id), outcome.durable)
  }

  /// Returns when the grant has ended or is stuck, or when the time is up.
  private func settled(_ id: RequestID, withinMs limit: Int64) async {
    let start = clocks.boot().milliseconds
    while clocks.boot().milliseconds - start < limit {
      switch await ledger.state.requests[id]?.grant?.stage {
      case .activating, .active, .revoking: break
      case .stuck, .ended, nil: return
      }
      // Cancelled: the caller is gone, and nobody waits for the answer.
      guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
    }
  }

  /// One attempt to end what is due of a grant. True when nothing is left to do.
  func revokeInTurn(_ id: RequestID) async -> Bool {
    guard let grant = await ledger.state.requests[id]?.grant else { return true }
    let provisioner = await provisioners.provisioner(for: grant.access)
    switch grant.stage {
    case .activating:
      await undo(id, grant, provisioner, because: "the activation was cut off")
    case .active
    where grant.isOver(at: clocks.wall(), clocks.boot(), newest: await ledger.state.newest):
      let expired = Fact.expired(id, wall: clocks.wall(), clocks.boot())
      await withoutWaitingLong { _ = await self.record(expired) }
      await revoke(id, provisioner)
    case .active: return true
    case .revoking, .stuck: await revoke(id, provisioner)
    case .ended: return true
    }
    return await isDone(id)
  }

  private func isDone(_ id: RequestID) async -> Bool {
    let state = await ledger.state
    guard let grant = state.requests[id]?.grant else { return true }
    return switch grant.stage {
    case .activating, .revoking, .stuck: false
    // Over, but the ledger has not said so yet: looked at again later, behind those that wait.
    case .active: !grant.isOver(at: clocks.wall(), clocks.boot(), newest: state.newest)
    case .ended: true
    }
  }

  private func revoke(_ id: RequestID, _ provisioner: any Provisioner) async {
    guard let grant = await ledger.state.requests[id]?.grant else { return }
    failpoint(.revokingRecorded)
    let (began, boot) = (clocks.wall(), clocks.boot())
    let revocation = await provisioner.revoke(grant.revocationTarget)
    let overrun = revocation.sessionsGoneAfterMs.map {
      lateness(of: grant, at: began, boot) + $0
    }
    let earlier = grant.obstacle
    let first = earlier?.overrunMs
    let sessionsEnded = (earlier?.sessionsEnded ?? 0) + revocation.sessionsEnded
    let rolledBack = (earlier?.preparedRolledBack ?? 0) + revocation.preparedRolledBack
    switch revocation.outcome {
    case .ended:
      let receipt = Receipt(
        sessionsEnded: sessionsEnded, preparedRolledBack: rolledBack,
        objectsDropped: revocation.objectsDropped, residue: revocation.residue, verified: true,
        overrunMs: first ?? overrun ?? 0)
      await withoutWaitingLong { await self.recordEnd(id, receipt) }
    case .stuck(let because, let note):
      let obstacle = Grant.Obstacle(
        because: because, fenced: revocation.fenced, note: note, overrunMs: first ?? overrun,
        sessionsEnded: sessionsEnded, preparedRolledBack: rolledBack,
        residue: Array(revocation.residue.prefix(Limits.residueListedMax)))
      await withoutWaitingLong { await self.raise(obstacle, id) }
    }
  }

  private func recordEnd(_ id: RequestID, _ receipt: Receipt) async {
    let outcome = await record(.ended(id, receipt))
    failpoint(.endedRecorded)
    logger.info("ended", metadata: ["request": "\(id)", "overrun_ms": "\(receipt.overrunMs)"])
    guard let outcome, !outcome.events.isEmpty else { return }
    do { notify(.ended(try await stored(id))) } catch {
      logger.error("nobody is told of the end of \(id): \(error.message)")
    }
  }

  private func raise(_ obstacle: Grant.Obstacle, _ id: RequestID) async {
    let outcome = await record(.stuck(id, obstacle))
    guard let outcome, !outcome.events.isEmpty, let request = outcome.state.requests[id]
    else { return }
    logger.error(
      "stuck: \(obstacle.note)",
      metadata: ["request": "\(id)", "fenced": "\(obstacle.fenced)"])
    notify(.stuck(request))
  }

  /// For how many milliseconds access has lasted beyond its time. When it ran out, the boot clock
  /// says so, because the wall clock may have been set meanwhile; of another boot it says nothing.
  private func lateness(of grant: Grant, at now: Timestamp, _ boot: BootMark) -> Int64 {
    let ranOut = grant.ending.map { $0.cause == .expired } ?? true
    if ranOut, boot.bootID == grant.began.bootID {
      return max(0, boot.milliseconds - grant.began.milliseconds - grant.duration.milliseconds)
    }
    return max(0, now - (grant.ending?.due ?? grant.expiresAt))
  }

  /// Gives the ledger a moment to take what it is told. A disk that hangs must not hold up a fence,
  /// nor the place of a grant that waits for its own: after that the work goes on, and the entry
  /// follows.
  private func withoutWaitingLong(_ tell: @escaping @Sendable () async -> Void) async {
    let told = WakeUp()
    Task {
      await tell()
      await told.wake()
    }
    await told.sleep(atMost: 250)
  }
}

extension Grant {
  var ending: Ending? {
    switch stage {
    case .activating, .active: nil
    case .revoking(let ending), .stuck(let ending, _), .ended(let ending, _, _): ending
    }
  }

  var obstacle: Obstacle? {
    guard case .stuck(_, let obstacle) = stage else { return nil }
    return obstacle
  }
}
