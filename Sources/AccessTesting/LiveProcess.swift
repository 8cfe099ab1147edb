import Foundation
import Synchronization

/// A child process of a test, with an environment of its own and its output in files.
///
/// It is ended at the latest when nobody holds it any more.
package final class LiveProcess: Sendable {
  package enum Ending: Equatable, Sendable {
    case exited(Int32)
    case killed(by: Int32)
  }

  package let pid: pid_t
  private let seen = Mutex<Ending?>(nil)

  /// - Parameters:
  ///   - program: an absolute path.
  ///   - folder: where it runs; the watchdog knows by it whom to end.
  ///   - stdout: a file to append to; `stderr` may be the same one.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], in folder: String,
    stdout: String, stderr: String
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let append = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, stdout, append, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, stderr, append, 0o600)
    // Something that waits for the end of one of our pipes would else wait for the child's end.
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      if let descriptor = CInt(name), descriptor > 2 {
        posix_spawn_file_actions_addclose(&actions, descriptor)
      }
    }

    let words = ["/usr/bin/env", "--chdir=\(folder)", program] + arguments
    let assignments = environment.map { "\($0.key)=\($0.value)" }
    var pid = pid_t()
    let failure = withCStrings(words) { arguments in
      withCStrings(assignments) { environment in
        posix_spawn(&pid, "/usr/bin/env", &actions, nil, arguments, environment)
      }
    }
    guard failure == 0 else {
      throw LiveError("\(program) could not be started: \(String(cString: strerror(failure)))")
    }
    self.pid = pid
  }

  deinit {
    send(SIGKILL)
    // It dies at once, and nobody else would bury it.
    if seen.withLock({ $0 }) == nil { waitpid(pid, nil, 0) }
  }

  /// How it ended; nil while it runs.
  package var ending: Ending? {
    seen.withLock { seen in
      var status: Int32 = 0
      if seen == nil, waitpid(pid, &status, WNOHANG) == pid { seen = Ending(status) }
      return seen
    }
  }

  /// Waits for the end; an error when it does not come in time.
  package func ended(within limit: Duration) async throws -> Ending {
    try await eventually("process \(pid) ends", within: limit) { ending != nil }
    guard let ending else { throw LiveError("process \(pid) runs again") }
    return ending
  }

  /// Does nothing when it has ended: its number may be another's by now.
  package func send(_ signal: Int32) {
    seen.withLock { seen in
      if seen == nil { kill(pid, signal) }
    }
  }
}

extension LiveProcess.Ending {
  /// From what waitpid(2) says of a process that is gone.
  fileprivate init(_ status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(by: signal)
  }
}
