import AccessCore
import Threads

/// Lets the loop sleep until a deadline, or until somebody has made something due.
///
/// A wake-up that comes while the loop is awake is kept for its next sleep; the loop looks at the
/// whole state each time, so a lost one would cost it at most a second.
actor WakeUp {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private var isDue = false
  private var sleeper: CheckedContinuation<Void, Never>?

  nonisolated func now() { Task(executorPreference: ThreadPool.ending) { await self.wake() } }

  func wake() {
    isDue = true
    sleeper?.resume()
    sleeper = nil
  }

  func sleep(atMost ms: Int64) async {
    guard !isDue, ms > 0 else {
      isDue = false
      return
    }
    let alarm = Alarm(after: .milliseconds(ms)) { self.now() }
    await withCheckedContinuation { sleeper = $0 }
    alarm.cancel()
    isDue = false
  }
}
