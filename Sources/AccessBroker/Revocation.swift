import AccessCore
import Ledger
import Logging
import Threads

/// Why an activation is undone that nobody is at any more.
let cutOff = "the activation was cut off"

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
    await settled([id], withinMs: 5_000)
    return (try await stored(id), outcome.durable)
  }

  /// Returns when every grant has ended or is stuck, or when the time is up.
  func settled(_ ids: [RequestID], withinMs limit: Int64) async {
    let start = clocks.boot().milliseconds
    while clocks.boot().milliseconds - start < limit {
      let state = ledger.state
      guard ids.contains(where: { state.requests[$0]?.grant?.isEnding ?? false }) else { return }
      // The caller is gone, and nobody waits for the answer.
      guard !Task.isCancelled else { return }
      await pause(.milliseconds(10))
    }
  }

  /// One attempt to end what is due of a grant. True when nothing is left to do.
  ///
  /// - Parameters:
  ///   - reached: what an attempt together with others came to before.
  ///   - accessIsOver: called before anything is compared and told, if it comes to that.
  func revokeInTurn(
    _ id: RequestID, after reached: Reached? = nil,
    accessIsOver: @Sendable () async -> Void = {}
  ) async -> Bool {
    guard let grant = ledger.state.requests[id]?.grant else { return true }
    let provisioner = await provisioners.provisioner(for: grant.access)
    switch grant.stage {
    case .activating:
      await undo(id, grant, provisioner, because: cutOff)
    case .active where await isOver(grant):
      await recordExpiry(of: [id])
      // An extension may have come first. If the ledger hangs, it goes on here, and it is the
      // extension that finds a fenced role: what has begun to end never comes back.
      if await hasBeenExtended(id) { return true }
      await revoke(id, provisioner, after: reached, accessIsOver)
    case .active: return true
    case .revoking, .stuck: await revoke(id, provisioner, after: reached, accessIsOver)
    case .ended, .forgotten: return true
    }
    return isDone(id, ledger.state)
  }

  private func isOver(_ grant: Grant) async -> Bool {
    grant.isOver(at: clocks.wall(), clocks.boot(), newest: ledger.state.newest)
  }

  private func hasBeenExtended(_ id: RequestID) async -> Bool {
    guard let grant = ledger.state.requests[id]?.grant, grant.isActive else { return false }
    return await !isOver(grant)
  }

  func recordExpiry(of ids: [RequestID]) async {
    let (wall, boot) = (clocks.wall(), clocks.boot())
    let expired = ids.map { Fact.expired($0, wall: wall, boot) }
    await withoutWaitingLong { _ = await self.record(expired) }
  }

  func isDone(_ id: RequestID, _ state: State) -> Bool {
    guard let grant = state.requests[id]?.grant else { return true }
    return switch grant.stage {
    case .activating, .revoking, .stuck: false
    // Over, but the ledger has not said so yet: looked at again later, behind those that wait.
    case .active: !grant.isOver(at: clocks.wall(), clocks.boot(), newest: state.newest)
    case .ended, .forgotten: true
    }
  }

  private func revoke(
    _ id: RequestID, _ provisioner: any Provisioner, after reached: Reached?,
    _ accessIsOver: @Sendable () async -> Void
  ) async {
    guard let request = ledger.state.requests[id], let grant = request.grant else { return }
    failpoint(.revokingRecorded)
    let (began, boot) = (clocks.wall(), clocks.boot())
    let late = lateness(of: grant, at: began, boot)
    var target = grant.revocationTarget
    target.onlyLooks = grant.found.isEmpty
    var reached = reached ?? Reached(grant)
    var revocation = await provisioner.revoke(target)
    reached.add(revocation, begunLateBy: late)
    if target.onlyLooks, !revocation.found.isEmpty {
      // What the role left behind is in the ledger before any of it goes.
      let found = Fact.residue(id, revocation.found)
      await withoutWaitingLong { _ = await self.record([found]) }
      target.onlyLooks = false
      revocation = await provisioner.revoke(target)
      reached.add(revocation, begunLateBy: late)
    }
    await accessIsOver()
    let facts = reached.facts(of: id, await told(id, revocation, grant, provisioner))
    await withoutWaitingLong { await self.tell(facts, of: [id: request]) }
  }

  /// Tells the ledger, and then people, what became of attempts.
  func tell(_ facts: [Fact], of requests: [RequestID: Request]) async {
    guard !facts.isEmpty, let outcome = await record(facts) else { return }
    failpoint(.endedRecorded)
    for event in outcome.events {
      guard let id = event.request, let before = requests[id] else { continue }
      if case .grantEnded(_, let ended) = event {
        logger.info(
          "ended", metadata: ["request": "\(id)", "overrun_ms": "\(ended.receipt.overrunMs)"])
        await announceEnd(of: before, event, at: outcome.state.newest ?? clocks.wall())
      } else if case .grantStuck(_, let obstacle) = event {
        logger.error(
          "stuck: \(obstacle.note)",
          metadata: ["request": "\(id)", "fenced": "\(obstacle.fenced)"])
        if let request = outcome.state.requests[id] { notify(.stuck(request)) }
      }
    }
  }

  private func announceEnd(of before: Request, _ event: Event, at time: Timestamp) async {
    let request = before.after(event, at: time)
    if request.isOver { return notify(.ended(request)) }
    // The ledger learnt late that it had begun to end.
    do { notify(.ended(try await stored(request.id))) } catch {
      logger.error("nobody is told of the end of \(request.id): \(error.message)")
    }
  }

  /// For how many milliseconds access has lasted beyond its time. When it ran out, the boot clock
  /// says so, because the wall clock may have been set meanwhile; of another boot it says nothing.
  func lateness(of grant: Grant, at now: Timestamp, _ boot: BootMark) -> Int64 {
    let ranOut = grant.ending.map { $0.cause == .expired } ?? true
    if ranOut, boot.bootID == grant.began.bootID {
      return max(0, boot.milliseconds - grant.began.milliseconds - grant.duration.milliseconds)
    }
    return max(0, now - (grant.ending?.due ?? grant.expiresAt))
  }

  /// Gives the ledger a moment to take what it is told. A disk that hangs must not hold up a fence,
  /// nor the place of a grant that waits for its own: after that the work goes on, and the entry
  /// follows.
  func withoutWaitingLong(
    atMost limit: Int64 = 250, _ tell: @escaping @Sendable () async -> Void
  ) async {
    let told = WakeUp()
    Task(executorPreference: ThreadPool.ending) {
      await tell()
      await told.wake()
    }
    await told.sleep(atMost: limit)
  }
}

extension Grant {
  var ending: Ending? {
    switch stage {
    case .activating, .active: nil
    case .revoking(let ending), .stuck(let ending, _), .ended(let ending, _, _),
      .forgotten(let ending, _, _):
      ending
    }
  }

  /// Whether its end goes on, or could begin.
  fileprivate var isEnding: Bool {
    switch stage {
    case .activating, .active, .revoking: true
    case .stuck, .ended, .forgotten: false
    }
  }

  var obstacle: Obstacle? {
    guard case .stuck(_, let obstacle) = stage else { return nil }
    return obstacle
  }
}
