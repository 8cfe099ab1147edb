import Dispatch
import Foundation

/// A child process that shares nothing with us: no descriptors and no environment.
///
/// Not Foundation's `Process`: that one learns of the end of a child when the last copy of a
/// descriptor is closed, which a server that the child leaves running would keep open.
struct ChildProcess: Sendable {
  let pid: pid_t

  /// Starts `program`, an absolute path. Output goes to the end of the file `log`.
  init(_ program: String, _ arguments: [String], input: CInt? = nil, log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Something that waits for the end of one of our pipes would else wait for the server's end.
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      if let descriptor = CInt(name), descriptor > 2 {
        posix_spawn_file_actions_addclose(&actions, descriptor)
      }
    }

    let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC"]
    var pid = pid_t()
    let failure = withCStrings([program] + arguments) { arguments in
      withCStrings(environment) { environment in
        posix_spawn(&pid, program, &actions, nil, arguments, environment)
      }
    }
    if failure != 0 {
      throw ThrowAwayPostgresError(
        "\(program) could not be started: \(String(cString: strerror(failure)))")
    }
    self.pid = pid
  }

  /// Waits for the end; true when the child exited with 0.
  func succeeded() async -> Bool {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        // All bits clear: it exited, and with 0.
        continuation.resume(returning: status == 0)
      }
    }
  }
}
