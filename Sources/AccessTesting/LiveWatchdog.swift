import Foundation

/// A shell beside the test that ends whatever still runs in a folder and removes it, when the test
/// process is gone, however it went.
final class LiveWatchdog: Sendable {
  private let shell: ChildProcess
  private let leash: FileHandle
  private let folder: String

  init(folder: String) throws {
    self.folder = folder
    var pipe: [CInt] = [-1, -1]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pipe) == 0
    else { throw LiveError("no pipe: \(String(cString: strerror(errno)))") }
    leash = FileHandle(fileDescriptor: pipe[1], closeOnDealloc: true)
    defer { close(pipe[0]) }
    // In a session of its own: what is sent to the test's group must not end it as well.
    shell = try ChildProcess(
      "/usr/bin/setsid", ["/bin/sh", "-c", Self.script, "watchdog", folder], input: pipe[0],
      log: "/dev/null")
  }

  /// Has everything ended and removed now, and waits until it is.
  func release() async throws {
    try leash.close()
    if await !shell.succeeded() {
      throw LiveError("\(folder) could not be removed; see who still uses it")
    }
  }

  /// `$1` is the folder, in which nobody but children of the kit runs.
  private static let script = #"""
    trap '' HUP INT TERM
    read -r line
    for process in /proc/[0-9]*; do
      if [ "$(readlink "$process/cwd")" = "$1" ]; then kill -KILL "${process#/proc/}"; fi
    done
    grep -o " $1/[^ ]*" /proc/self/mounts | while read -r mount; do umount -l "$mount"; done
    rm -rf "$1"
    """#
}
