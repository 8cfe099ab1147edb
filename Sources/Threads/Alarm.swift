import Glibc
import HeapModule
import Synchronization

/// Something that happens after a time, unless it is cancelled before: on a thread that does nothing
/// else, so that it is never late because of what others compute.
///
/// Why not `Task.sleep`: it ends on Swift's own pool, also in a task that prefers another one.
package struct Alarm: Sendable {
  private let number: UInt64

  /// - Parameter ring: must not block.
  package init(after time: Duration, _ ring: @escaping @Sendable () -> Void) {
    number = Alarms.shared.set(at: .now + time, ring)
  }

  /// False when it has rung, or is just ringing.
  @discardableResult
  package func cancel() -> Bool { Alarms.shared.forget(number) }
}

/// Waits, also in a task that was cancelled; on whatever the caller runs on.
package func pause(
  _ time: Duration, isolation: isolated (any Actor)? = #isolation
) async {
  await withCheckedContinuation { continuation in
    _ = Alarm(after: time) { continuation.resume() }
  }
}

private final class Alarms: Sendable {
  static let shared = Alarms()

  private struct Deadline: Comparable {
    let at: ContinuousClock.Instant
    let number: UInt64

    static func < (a: Self, b: Self) -> Bool { (a.at, a.number) < (b.at, b.number) }
  }

  private struct Waiting {
    var deadlines = Heap<Deadline>()
    /// Without those that were cancelled, whose deadlines pass and mean nothing.
    var rings: [UInt64: @Sendable () -> Void] = [:]
    var last: UInt64 = 0
  }

  private let waiting = Mutex(Waiting())
  /// A pipe that ends the sleep of the thread.
  private let bell: (listening: Int32, pulling: Int32)

  private init() {
    var ends: [Int32] = [-1, -1]
    // At the first use, in the first moments of the process: without it it can do nothing.
    precondition(pipe(&ends) == 0, "no pipe: \(String(cString: strerror(errno)))")
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    bell = (ends[0], ends[1])
    startThread { self.work() }
  }

  func set(at deadline: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void) -> UInt64 {
    let (number, isFirst) = waiting.withLock { waiting in
      waiting.last += 1
      let isFirst = waiting.deadlines.min.map { deadline < $0.at } ?? true
      waiting.deadlines.insert(Deadline(at: deadline, number: waiting.last))
      waiting.rings[waiting.last] = ring
      return (waiting.last, isFirst)
    }
    // A pipe that is full has been pulled already.
    if isFirst { _ = withUnsafePointer(to: UInt8(1)) { write(bell.pulling, $0, 1) } }
    return number
  }

  func forget(_ number: UInt64) -> Bool {
    waiting.withLock { $0.rings.removeValue(forKey: number) != nil }
  }

  private func work() {
    while true {
      let (due, next) = takeDue()
      for ring in due { ring() }
      var sleeping = pollfd(fd: bell.listening, events: Int16(POLLIN), revents: 0)
      // Rounded up: a deadline has passed when the sleep is over. poll(2) does not follow the wall
      // clock.
      let left = next.map { max(0, ($0 - .now) / .milliseconds(1)).rounded(.up) } ?? -1
      poll(&sleeping, 1, Int32(min(left, 3_600_000)))
      var pulls = [UInt8](repeating: 0, count: 64)
      while read(bell.listening, &pulls, pulls.count) == pulls.count {}
    }
  }

  private func takeDue() -> (due: [@Sendable () -> Void], next: ContinuousClock.Instant?) {
    waiting.withLock { waiting in
      let now = ContinuousClock.now
      var due: [@Sendable () -> Void] = []
      while let first = waiting.deadlines.min {
        let isCancelled = waiting.rings[first.number] == nil
        guard isCancelled || first.at <= now else { break }
        waiting.deadlines.removeMin()
        if let ring = waiting.rings.removeValue(forKey: first.number) { due.append(ring) }
      }
      return (due, waiting.deadlines.min?.at)
    }
  }
}
