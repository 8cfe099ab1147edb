import AccessCore

/// Lets the loop sleep until a deadline, or until somebody has made something due.
///
/// A wake-up that comes while the loop is awake is kept for its next sleep; the loop looks at the
/// whole state each time, so a lost one would cost it at most a second.
actor WakeUp {
  private var isDue = false
  private var sleeper: CheckedContinuation<Void, Never>?

  nonisolated func now() { Task { await wake() } }

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
    let alarm = Task {
      // Cancelled when the sleeper was woken earlier: then there is nothing to do.
      if (try? await Task.sleep(for: .milliseconds(ms))) != nil { wake() }
    }
    await withCheckedContinuation { sleeper = $0 }
    alarm.cancel()
    isDue = false
  }
}
