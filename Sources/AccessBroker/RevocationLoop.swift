import AccessCore
import Ledger
import Logging
import ServiceLifecycle
import Threads

/// Ends what is due, at its own pace: it looks at the whole state, starts what can be started, and
/// sleeps until the next deadline, at most a second. A database that does not answer holds up its
/// own grants only.
package actor RevocationLoop: Service {
  private nonisolated let lane = SerialLane(on: .ending)
  package nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private let broker: Broker
  private(set) var running: Set<RequestID> = []
  private var lanes: [DatabaseAccess: Lane] = [:]
  private var retries: [RequestID: Retry] = [:]
  private var lookTook = Duration.zero
  private var isStopping = false
  private let housekeeping: Housekeeping

  /// What is under way on one database.
  private struct Lane {
    var batches = 0
    /// Those whose own attempt is under way, and not over yet but for comparing and telling.
    var alone: Set<RequestID> = []
    /// Those that wait for an attempt of their own, and what was reached before.
    var waiting: [(id: RequestID, reached: Reached?)] = []
    /// What else was due at the last look, the most urgent first.
    var due: [RequestID] = []
  }

  private struct Retry {
    var attempts: Int
    /// On the boot clock.
    var failed: Int64
    var notBefore: Int64
  }

  package init(_ broker: Broker) {
    self.broker = broker
    housekeeping = Housekeeping(broker)
  }

  package func run() async throws {
    await withTaskExecutorPreference(ThreadPool.ending) {
      await withGracefulShutdownHandler {
        await loop()
      } onGracefulShutdown: {
        Task(executorPreference: ThreadPool.ending) { await self.stop() }
      }
    }
  }

  private func loop() async {
    while !isStopping {
      let pause = await turn()
      // A look at many thousand grants takes a while. However often somebody wakes the loop, it
      // takes a fifth of one core at most.
      await Threads.pause(lookTook * 4)
      await broker.wake.sleep(atMost: pause)
    }
    while !running.isEmpty { await broker.wake.sleep(atMost: 50) }
  }

  private func stop() async {
    isStopping = true
    await broker.wake.wake()
  }

  /// Starts everything that is due; answers how long nothing more will be. It waits for nothing:
  /// not for the ledger, and not for a database.
  func turn() async -> Int64 {
    let (now, boot) = (broker.clocks.wall(), broker.clocks.boot())
    let state = broker.ledger.state
    let began = ContinuousClock.now
    var pause = Limits.loopIntervalMs
    var due: [DatabaseAccess: [Due]] = [:]
    for request in state.requests.values {
      guard let grant = request.grant, !running.contains(request.id) else { continue }
      let wait = millisecondsUntilDue(request.id, grant, now, boot, state.newest)
      guard wait <= 0 else {
        pause = min(pause, wait)
        continue
      }
      // An activation under way is not one that was cut off, and must not take a place from one
      // that has to end.
      if case .activating = grant.stage, await broker.turns.isTaken(request.id) { continue }
      due[grant.access, default: []].append(Due(request.id, grant))
    }
    for (access, due) in due { start(due, on: access) }
    lookTook = ContinuousClock.now - began
    housekeeping.begin()
    return pause
  }

  private func millisecondsUntilDue(
    _ id: RequestID, _ grant: Grant, _ now: Timestamp, _ boot: BootMark, _ newest: Timestamp?
  ) -> Int64 {
    if let retry = retries[id] {
      let notBefore =
        if grant.hasNoRoom {
          retry.failed + Limits.retryExhaustedMs
        } else if grant.mayGoOnElsewhere {
          min(retry.notBefore, retry.failed + Limits.loopIntervalMs)
        } else {
          retry.notBefore
        }
      return notBefore - boot.milliseconds
    }
    switch grant.stage {
    case .active: return grant.millisecondsLeft(at: now, boot, newest: newest)
    case .activating, .revoking, .stuck: return 0
    case .ended, .forgotten: return Limits.loopIntervalMs
    }
  }

  /// As many batches as may be, the most urgent first; what has been in the way of a batch before
  /// goes by itself.
  private func start(_ due: [Due], on access: DatabaseAccess) {
    // During the look some may have been started.
    let due = due.filter { !running.contains($0.id) }
    for due in due where due.wasInTheWay {
      running.insert(due.id)
      lanes[access, default: Lane()].waiting.append((due.id, nil))
    }
    startAlone(on: access)
    lanes[access, default: Lane()].due = due.filter { !$0.wasInTheWay }.sorted().map(\.id)
    while startTogether(on: access, atLeast: 1) {}
  }

  /// Starts one batch, if there may be one more and enough is due for it.
  private func startTogether(on access: DatabaseAccess, atLeast count: Int) -> Bool {
    guard let lane = lanes[access], lane.due.count >= count,
      lane.batches < Limits.revocationBatchesPerDatabaseMax
    else { return false }
    let ids = Array(lane.due.prefix(Limits.revocationBatchMax))
    lanes[access]?.due.removeFirst(ids.count)
    lanes[access]?.batches += 1
    running.formUnion(ids)
    Task { [broker] in
      let taken = await broker.turns.takeFree(of: ids)
      let results = await withTaskExecutorPreference(ThreadPool.ending) {
        await broker.revokeTogether(taken, on: access) { await self.leaveLane(on: access) }
      }
      await broker.turns.giveBack(taken)
      finish(ids, results, on: access)
    }
    return true
  }

  /// The access of a batch is over: what is left of it, to compare and to tell, is in nobody's way.
  private func leaveLane(on access: DatabaseAccess) {
    lanes[access]?.batches -= 1
    broker.wake.now()
    // A whole batch of what the last look found need not wait for the next look; less than that does,
    // so that few looks at the server serve many.
    while startTogether(on: access, atLeast: Limits.revocationBatchMax) {}
  }

  private func finish(
    _ ids: [RequestID], _ results: [RequestID: TogetherResult], on access: DatabaseAccess
  ) {
    for id in ids {
      switch results[id] {
      case .over(let done): finish(id, done: done)
      case .wantsItsOwn(let reached): lanes[access, default: Lane()].waiting.append((id, reached))
      // Somebody else was at work on it: it waits for its turn.
      case nil: lanes[access, default: Lane()].waiting.append((id, nil))
      }
    }
    startAlone(on: access)
    broker.wake.now()
  }

  private func startAlone(on access: DatabaseAccess) {
    guard var lane = lanes[access] else { return }
    while !lane.waiting.isEmpty, lane.alone.count < Limits.revocationsAlonePerDatabaseMax {
      let (id, reached) = lane.waiting.removeFirst()
      lane.alone.insert(id)
      Task { [broker] in
        let done = await withTaskExecutorPreference(ThreadPool.ending) {
          await broker.turns.take(for: id) { @Sendable in
            await broker.revokeInTurn(id, after: reached) { await self.leaveLane(id, on: access) }
          }
        }
        finish(id, done: done)
        leaveLane(id, on: access)
        broker.wake.now()
      }
    }
    // What is due still, the next look finds again.
    let isIdle = lane.batches == 0 && lane.alone.isEmpty
    lanes[access] = isIdle ? nil : lane
  }

  private func leaveLane(_ id: RequestID, on access: DatabaseAccess) {
    guard lanes[access]?.alone.remove(id) != nil else { return }
    startAlone(on: access)
  }

  private func finish(_ id: RequestID, done: Bool) {
    running.remove(id)
    if done {
      retries[id] = nil
    } else {
      let attempts = (retries[id]?.attempts ?? 0) + 1
      let ceiling = min(Limits.retryMaxMs, Limits.retryFirstMs << min(attempts - 1, 16))
      let delay = Int64.random(in: ceiling / 2...ceiling)
      let now = broker.clocks.boot().milliseconds
      retries[id] = Retry(attempts: attempts, failed: now, notBefore: now + delay)
    }
  }
}

/// A grant that has to end, and how urgent that is.
private struct Due: Comparable {
  let id: RequestID
  private let urgency: Int
  private let since: Timestamp
  /// It was reached before, and did not end: it is not to hold up a batch.
  let wasInTheWay: Bool

  init(_ id: RequestID, _ grant: Grant) {
    self.id = id
    switch grant.stage {
    // Somebody's word comes before what is merely over, and sessions that are alive come before
    // what is only waiting to be cleaned.
    case .revoking(let ending):
      (urgency, since) = (ending.cause == .expired ? 1 : 0, ending.due)
    case .stuck(let ending, let obstacle):
      (urgency, since) = (obstacle.fenced ? 2 : 1, ending.due)
    case .activating, .active, .ended, .forgotten: (urgency, since) = (1, grant.expiresAt)
    }
    wasInTheWay = grant.obstacle.map { $0.because != .unreachable } ?? false
  }

  static func < (a: Due, b: Due) -> Bool {
    (a.urgency, a.since, a.id) < (b.urgency, b.since, b.id)
  }
}

extension Grant {
  /// Fenced, and a server was not reached: on a standby that has not followed yet people still log
  /// in, and are ended at each look.
  fileprivate var mayGoOnElsewhere: Bool {
    obstacle.map { $0.fenced && $0.because == .unreachable } ?? false
  }

  /// Nobody is in any more, and the rest would take from the application what the server has.
  fileprivate var hasNoRoom: Bool {
    obstacle.map { $0.fenced && $0.because == .exhausted } ?? false
  }
}
