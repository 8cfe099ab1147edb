import AccessCore
import Ledger
import Logging
import Synchronization
import Threads

/// What is not urgent, one round at a time, beside the revocations: a ledger that hangs holds up
/// this, and nothing else.
final class Housekeeping: Sendable {
  private let broker: Broker
  private let state = Mutex(Rounds())

  private struct Rounds {
    var isUnderWay = false
    var next = ContinuousClock.now
    var isClockBehind = false
  }

  init(_ broker: Broker) { self.broker = broker }

  /// Begins a round, unless one is under way or has only just ended.
  func begin() {
    let began = ContinuousClock.now
    let mayBegin = state.withLock { rounds in
      if rounds.isUnderWay || began < rounds.next { return false }
      rounds.isUnderWay = true
      return true
    }
    guard mayBegin else { return }
    Task(executorPreference: ThreadPool.ending) { await self.round(from: began) }
  }

  private func round(from began: ContinuousClock.Instant) async {
    await broker.ledger.settle()
    await watchClock()
    await recordLapsed()
    await recordOverdueReviews()
    await broker.endLockedDown()
    await broker.endStopped()
    await broker.recordRepeatedRefusals()
    await broker.ledger.forgetOldWrites()
    await broker.beat()
    state.withLock { rounds in
      rounds.isUnderWay = false
      // With many thousand requests a round takes a while: it is to take a tenth of a core.
      let took = ContinuousClock.now - began
      rounds.next = .now + min(took * 9, .milliseconds(Limits.loopIntervalMs))
    }
  }

  private func recordLapsed() async {
    let now = broker.clocks.wall()
    let state = broker.ledger.state
    for request in state.requests.values where state.hasLapsed(request, at: now) {
      await broker.record(.lapsed(request.id))
    }
  }

  private func recordOverdueReviews() async {
    let now = broker.clocks.wall()
    let state = broker.ledger.state
    for request in state.requests.values
    where request.isReviewOverdue(at: now) && !request.isMarkedOverdue {
      let outcome = await broker.record(.reviewOverdue(request.id))
      if outcome?.events.isEmpty == false { broker.notify(.reviewOverdue(request)) }
    }
  }

  /// A wall clock behind the newest entry is an entry and an alarm, once each time it happens.
  private func watchClock() async {
    let observed = broker.clocks.wall()
    let newest = broker.ledger.state.newest ?? observed
    let isBehind = observed < newest
    let isNews = state.withLock { rounds in
      defer { rounds.isClockBehind = isBehind }
      return isBehind && !rounds.isClockBehind
    }
    guard isNews else { return }
    await broker.record(.clockBehind(observed: observed))
    let alarm = "the clock says \(observed), before the newest entry (\(newest)): nothing is given"
    broker.logger.critical("\(alarm)")
    broker.notify(.alarm(alarm))
  }
}
