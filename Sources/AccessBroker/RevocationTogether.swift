import AccessCore
import Ledger
import Logging

/// What an attempt together with others has come to for one grant.
enum TogetherResult: Sendable {
  /// The attempt is over; `done` when nothing is left to do.
  case over(done: Bool)
  /// It needs an attempt of its own, at once.
  case wantsItsOwn(after: Reached?)
}

extension Broker {
  /// One attempt to end what is due of many grants on one database, with one round trip for each
  /// step and one proposal to the ledger for all of them. The caller has their turns.
  ///
  /// - Parameter accessIsOver: called once, before anything is compared and told: others need not
  ///   wait for that.
  func revokeTogether(
    _ ids: [RequestID], on access: DatabaseAccess,
    accessIsOver: @Sendable () async -> Void = {}
  ) async -> [RequestID: TogetherResult] {
    var results = Dictionary(
      uniqueKeysWithValues: ids.map { ($0, TogetherResult.over(done: true)) })
    await recordExpiry(of: ids)
    let state = ledger.state
    let (began, boot) = (clocks.wall(), clocks.boot())
    let due = ids.compactMap { id in
      state.requests[id].flatMap { request in
        request.grant.map { (request: request, grant: $0) }
      }
    }.filter { $0.grant.hasToEnd(at: began, boot, newest: state.newest) }
    guard !due.isEmpty else {
      await accessIsOver()
      return results
    }
    failpoint(.revokingRecorded)
    let provisioner = await provisioners.provisioner(for: access)
    let revocations = await provisioner.revokeTogether(due.map(\.grant.revocationTarget))
    let over = ContinuousClock.now
    await accessIsOver()
    var facts: [Fact] = []
    for ((request, grant), revocation) in zip(due, revocations) {
      var reached = Reached(grant)
      reached.add(revocation, begunLateBy: lateness(of: grant, at: began, boot))
      if revocation.wantsAnotherAttempt(of: grant) {
        results[request.id] = .wantsItsOwn(after: reached)
      } else if case .activating = grant.stage {
        facts += undone(request.id, revocation)
      } else {
        facts += reached.facts(
          of: request.id, await told(request.id, revocation, grant, provisioner, over: over))
      }
    }
    await withoutWaitingLong { [facts] in
      await self.tell(
        facts, of: Dictionary(uniqueKeysWithValues: due.map { ($0.request.id, $0.request) }))
    }
    let after = ledger.state
    for case (let id, .over) in results { results[id] = .over(done: isDone(id, after)) }
    return results
  }

  private func undone(_ id: RequestID, _ revocation: Revocation) -> [Fact] {
    switch revocation.outcome {
    case .ended: return [.activationFailed(id, because: cutOff)]
    case .stuck(_, let note):
      logger.warning("an activation is not undone yet: \(note)", metadata: ["request": "\(id)"])
      return []
    }
  }
}

extension Grant {
  fileprivate func hasToEnd(
    at now: Timestamp, _ boot: BootMark, newest: Timestamp?
  ) -> Bool {
    switch stage {
    case .activating, .revoking, .stuck: true
    case .active: isOver(at: now, boot, newest: newest)
    case .ended, .forgotten: false
    }
  }
}

extension Revocation {
  /// Whether there is any use in one at once: not where the server could not be reached.
  fileprivate func wantsAnotherAttempt(of grant: Grant) -> Bool {
    switch outcome {
    // What an owner had is compared by an attempt that finds the role gone.
    case .ended: grant.actsAs != nil
    case .stuck(.unreachable, _): false
    case .stuck(.locked, _), .stuck(.refused, _), .stuck(.residue, _), .stuck(.exhausted, _): true
    }
  }
}
