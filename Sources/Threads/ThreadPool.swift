import DequeModule
import Dispatch
import Glibc
import Synchronization

/// A few threads that only the work they are named after may use.
///
/// Swift's own pool has a thread for each core and everything shares it: one computation without end
/// takes a core's worth of everything else, and on a small machine all of it. What has to go on
/// whatever else the process is at (ending access, answering calls) has threads of its own.
package final class ThreadPool: TaskExecutor {
  /// For what ends access: the loop, its attempts, the connections of admins.
  package static let ending = ThreadPool(threads: 4)
  /// For calls of the API.
  package static let serving = ThreadPool(threads: 4)
  /// For the one writer of the ledger.
  package static let writing = ThreadPool(threads: 1)

  private enum Work: Sendable {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  private let waiting = Mutex<Deque<Work>>([])
  private let arrived = DispatchSemaphore(value: 0)

  /// They run as long as the process does.
  private init(threads: Int) {
    for _ in 0..<threads { startThread { self.work() } }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  /// Runs `body` on one of the threads, after what was added before.
  func run(_ body: @escaping @Sendable () -> Void) {
    add(.call(body))
  }

  private func add(_ work: Work) {
    waiting.withLock { $0.append(work) }
    arrived.signal()
  }

  private func work() {
    while true {
      arrived.wait()
      switch waiting.withLock({ $0.popFirst() }) {
      case .job(let job)?: job.runSynchronously(on: asUnownedTaskExecutor())
      case .call(let body)?: body()
      case nil: continue
      }
    }
  }
}

/// Starts a thread of the process's own.
func startThread(_ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let box = Unmanaged.passRetained(ThreadBody(body))
  let failure = pthread_create(
    &thread, nil,
    { argument in
      pthread_detach(pthread_self())
      if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }, box.toOpaque())
  // At the first use, in the first moments of the process: without threads it can do nothing.
  precondition(failure == 0, "no thread: \(String(cString: strerror(failure)))")
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
