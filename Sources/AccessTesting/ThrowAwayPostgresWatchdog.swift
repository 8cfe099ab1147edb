import Foundation

/// A shell beside the test that removes server and folder when the test process is gone, however it
/// went. It waits for the end of a pipe whose other end only the test process has.
final class ThrowAwayPostgresWatchdog: Sendable {
  private let shell: ChildProcess
  private let leash: FileHandle
  private let folder: String

  init(folder: String) throws {
    self.folder = folder
    // A socket pair can be made close-on-exec in one step: no server started at the same moment in
    // another thread can get hold of our end.
    var pipe: [CInt] = [-1, -1]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pipe) == 0
    else { throw ThrowAwayPostgresError("no pipe: \(String(cString: strerror(errno)))") }
    leash = FileHandle(fileDescriptor: pipe[1], closeOnDealloc: true)
    defer { close(pipe[0]) }
    // In a session of its own: what is sent to the test's group must not end it as well.
    shell = try ChildProcess(
      "/usr/bin/setsid", ["/bin/sh", "-c", Self.script, "watchdog", folder], input: pipe[0],
      log: "/dev/null")
  }

  /// Has server and folder removed now, and waits until they are.
  func release() async throws {
    try leash.close()
    if await !shell.succeeded() {
      throw ThrowAwayPostgresError("\(folder) could not be removed; see who still uses it")
    }
  }

  /// `$1` is the folder. A server that is being started just now has no pid file yet; it ends by
  /// itself, within a minute, when it finds its data folder gone.
  private static let script = #"""
    trap '' HUP INT TERM
    read -r line
    server=$(head -n 1 "$1/data/postmaster.pid")
    # The file of a server that was killed stays, and its number may be another's by now.
    if [ "$(readlink "/proc/$server/cwd")" = "$1/data" ]; then
      # Stopped processes take no signal but these two.
      kill -CONT "$server" $(cat "/proc/$server/task/$server/children")
      kill -QUIT "$server"
      rounds=50
      while kill -0 "$server" && [ "$rounds" -gt 0 ]; do
        sleep 0.1
        rounds=$((rounds - 1))
      done
      kill -KILL "$server" $(cat "/proc/$server/task/$server/children")
    fi
    rm -rf "$1"
    """#
}
