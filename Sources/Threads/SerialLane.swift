import DequeModule
import Synchronization

/// What an actor runs on: one job after the other, on threads of a pool.
///
/// An actor without one would be taken up by whichever thread called it first, and with that thread's
/// pool it would stand still.
package final class SerialLane: SerialExecutor {
  private struct Jobs: Sendable {
    var waiting: Deque<UnownedJob> = []
    var isUnderWay = false
  }

  private let pool: ThreadPool
  private let jobs = Mutex(Jobs())

  /// So many jobs of one actor run before it is another's turn.
  private static let jobsInARow = 32

  package init(on pool: ThreadPool) { self.pool = pool }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let begins = jobs.withLock { jobs in
      jobs.waiting.append(job)
      defer { jobs.isUnderWay = true }
      return !jobs.isUnderWay
    }
    if begins { pool.run { self.work() } }
  }

  /// Lets the jobs that wait run first. `Task.yield` would go by way of Swift's own pool.
  package func yield(isolation: isolated (any Actor)? = #isolation) async {
    await withCheckedContinuation { continuation in pool.run { continuation.resume() } }
  }

  private func work() {
    for _ in 0..<Self.jobsInARow {
      let next = jobs.withLock { jobs in
        let next = jobs.waiting.popFirst()
        if next == nil { jobs.isUnderWay = false }
        return next
      }
      guard let next else { return }
      next.runSynchronously(on: asUnownedSerialExecutor())
    }
    pool.run { self.work() }
  }
}
