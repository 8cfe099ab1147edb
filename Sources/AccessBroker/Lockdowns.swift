import AccessCore
import Ledger
import Logging

/// What a lockdown has come to so far.
package struct LockdownReport: Sendable {
  package let lockdown: Lockdown
  /// The grants that it ends, as they are now.
  package let grants: [Request]
  package let durable: Bool
}

extension Broker {
  /// Locks a range down, and waits a while until every grant in it has ended or is stuck.
  package func lockDown(
    _ range: LockdownRange, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> LockdownReport {
    let outcome = try await submit(.lockDown(range), by: caller, idempotency: idempotency)
    failpoint(.lockdownRecorded)
    wake.now()
    guard let lockdown = outcome.state.lockdowns[range] else {
      throw Refusal(.wrongState, "the lockdown was lifted again at once")
    }
    if !outcome.events.isEmpty { alarm("there is a lockdown of \(lockdown.words)") }
    let ids = outcome.events.compactMap(\.request)
    await settled(ids, withinMs: 5_000)
    var grants: [Request] = []
    for id in ids { grants.append(try await stored(id)) }
    return LockdownReport(lockdown: lockdown, grants: grants, durable: outcome.durable)
  }

  /// Answers the lockdown that there was.
  package func liftLockdown(
    _ range: LockdownRange, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Lockdown? {
    let known = ledger.state.lockdowns[range]
    let outcome = try await submit(.liftLockdown(range), by: caller, idempotency: idempotency)
    if !outcome.events.isEmpty {
      alarm("the lockdown of \(range.words) is lifted by \(caller.principal)")
    }
    return known
  }

  /// Ends what is live in a range that is locked down: after a crash there can be such a grant,
  /// where the disk took the lockdown and not the ends that came with it.
  func endLockedDown() async {
    let state = ledger.state
    guard !state.lockdowns.isEmpty else { return }
    let locked = state.grants.filter { state.lockdown(over: $0.ask) != nil }
    guard !locked.isEmpty else { return }
    let outcome = await record(locked.map { .locked($0.id) })
    if outcome?.events.isEmpty == false { wake.now() }
  }

  private func alarm(_ message: String) {
    logger.critical("\(message)")
    notify(.alarm(message))
  }
}
