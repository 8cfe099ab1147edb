import AccessCore
import Ledger
import Logging
import ServiceLifecycle

/// Ends what is due, at its own pace: it looks at the whole state, starts what can be started, and
/// sleeps until the next deadline, at most a second. A database that does not answer holds up its
/// own grants only.
package actor RevocationLoop: Service {
  private let broker: Broker
  private var running: [RequestID: DatabaseAccess] = [:]
  private var retries: [RequestID: Retry] = [:]
  private var isClockBehind = false
  private var isKeepingHouse = false
  private var isStopping = false

  private struct Retry {
    var attempts: Int
    /// On the boot clock.
    var notBefore: Int64
  }

  package init(_ broker: Broker) { self.broker = broker }

  package func run() async throws {
    await withGracefulShutdownHandler {
      while !isStopping {
        let pause = await turn()
        await broker.wake.sleep(atMost: pause)
      }
      while !running.isEmpty { await broker.wake.sleep(atMost: 50) }
    } onGracefulShutdown: {
      Task { await self.stop() }
    }
  }

  private func stop() async {
    isStopping = true
    await broker.wake.wake()
  }

  /// Starts everything that is due; answers how long nothing more will be. It waits for nothing:
  /// not for the ledger, and not for a database.
  func turn() async -> Int64 {
    let (now, boot) = (broker.clocks.wall(), broker.clocks.boot())
    let state = await broker.ledger.state
    var pause = Limits.loopIntervalMs
    var busy: [DatabaseAccess: Int] = [:]
    for access in running.values { busy[access, default: 0] += 1 }
    for request in state.grants.sorted(by: isMoreUrgent) {
      guard let grant = request.grant else { continue }
      let wait = millisecondsUntilDue(request.id, grant, now, boot, state.newest)
      guard wait <= 0 else {
        pause = min(pause, wait)
        continue
      }
      let count = busy[grant.access, default: 0]
      guard running[request.id] == nil, count < Limits.revocationsPerDatabaseMax else { continue }
      // An activation under way is not one that was cut off, and must not take a place from one
      // that has to end.
      if grant.stage == .activating, await broker.turns.isTaken(request.id) { continue }
      busy[grant.access] = count + 1
      start(request.id, grant)
    }
    keepHouse()
    return pause
  }

  /// Sessions that are alive come before what is only waiting to be cleaned.
  private func isMoreUrgent(_ a: Request, _ b: Request) -> Bool {
    guard let a = a.grant, let b = b.grant else { return false }
    let (x, y) = (a.obstacle?.fenced == true, b.obstacle?.fenced == true)
    return x != y ? y : a.expiresAt < b.expiresAt
  }

  private func millisecondsUntilDue(
    _ id: RequestID, _ grant: Grant, _ now: Timestamp, _ boot: BootMark, _ newest: Timestamp?
  ) -> Int64 {
    if let retry = retries[id] { return retry.notBefore - boot.milliseconds }
    switch grant.stage {
    case .active: return grant.millisecondsLeft(at: now, boot, newest: newest)
    case .activating, .revoking, .stuck: return 0
    case .ended: return Limits.loopIntervalMs
    }
  }

  private func start(_ id: RequestID, _ grant: Grant) {
    running[id] = grant.access
    Task { [broker] in
      let done = await broker.turns.take(for: id) { await broker.revokeInTurn(id) }
      finish(id, done: done)
    }
  }

  private func finish(_ id: RequestID, done: Bool) {
    running[id] = nil
    if done {
      retries[id] = nil
    } else {
      let attempts = (retries[id]?.attempts ?? 0) + 1
      let ceiling = min(Limits.retryMaxMs, Limits.retryFirstMs << min(attempts - 1, 16))
      let delay = Int64.random(in: ceiling / 2...ceiling)
      retries[id] = Retry(
        attempts: attempts, notBefore: broker.clocks.boot().milliseconds + delay)
    }
    broker.wake.now()
  }

  /// What is not urgent, one round at a time: a ledger that hangs holds up this, and no
  /// revocation.
  private func keepHouse() {
    guard !isKeepingHouse else { return }
    isKeepingHouse = true
    Task {
      await broker.ledger.settle()
      await watchClock()
      await recordLapsed()
      await broker.recordRepeatedRefusals()
      await broker.ledger.forgetOldWrites()
      await broker.beat()
      isKeepingHouse = false
    }
  }

  private func recordLapsed() async {
    let now = broker.clocks.wall()
    for request in await broker.ledger.state.requests.values where request.hasLapsed(at: now) {
      await broker.record(.lapsed(request.id))
    }
  }

  /// A wall clock behind the newest entry is an entry and an alarm, once each time it happens.
  private func watchClock() async {
    let observed = broker.clocks.wall()
    let newest = await broker.ledger.state.newest ?? observed
    guard observed < newest else {
      isClockBehind = false
      return
    }
    guard !isClockBehind else { return }
    isClockBehind = true
    await broker.record(.clockBehind(observed: observed))
    let alarm = "the clock says \(observed), before the newest entry (\(newest)): nothing is given"
    broker.logger.critical("\(alarm)")
    broker.notify(.alarm(alarm))
  }
}
