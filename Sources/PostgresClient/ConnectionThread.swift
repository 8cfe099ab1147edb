import Dispatch
import Glibc
import Synchronization

/// The thread on which all blocking calls of one connection run, one after the other.
///
/// Why not a serial queue of Dispatch: its queues share a pool of limited size with everything else
/// in the process. A server that hangs holds a thread for as long as it likes, and enough of them
/// would stop every other connection. A thread of one's own costs some kilobytes and cannot be
/// taken away; whoever opens connections bounds their number.
final class ConnectionThread: SerialExecutor {
  private enum Work: Sendable {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
    case stop
  }

  private let waiting = Mutex<[Work]>([])
  private let arrived = DispatchSemaphore(value: 0)

  init() throws(PostgresError) {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        pthread_detach(pthread_self())
        if let argument {
          Unmanaged<ConnectionThread>.fromOpaque(argument).takeRetainedValue().work()
        }
        return nil
      }, this.toOpaque())
    if failure != 0 {
      this.release()
      throw .unreachable(
        "no thread for the connection: \(String(cString: strerror(failure))); open fewer")
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  /// Runs `body` on the thread and hands back what it made.
  func run<Value>(_ body: @escaping @Sendable () -> sending Value) async -> sending Value {
    await withCheckedContinuation { continuation in
      add(.call { continuation.resume(returning: body()) })
    }
  }

  /// Ends the thread after what was added before. Nothing may be added afterwards.
  func stop() {
    add(.stop)
  }

  private func add(_ work: Work) {
    waiting.withLock { $0.append(work) }
    arrived.signal()
  }

  private func work() {
    while true {
      arrived.wait()
      switch waiting.withLock({ $0.removeFirst() }) {
      case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
      case .call(let body): body()
      case .stop: return
      }
    }
  }
}
