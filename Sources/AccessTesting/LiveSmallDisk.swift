import Foundation

/// A real file system of a few megabytes below a daemon's state, for it to fill up: a tmpfs, which
/// only root may mount. The watchdog of the broker's folder takes it away.
package struct LiveSmallDisk: Sendable {
  /// Whether there can be one here. Tried, in a mount namespace that ends at once.
  package static func isPossible() async throws -> Bool {
    let command = try LiveCommand(
      "/usr/bin/unshare", ["--mount", "mount", "-t", "tmpfs", "jit-test", "/mnt"],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"], in: "/tmp")
    return try await command.finished().status == 0
  }

  private let path: String
  private var filler: String { "\(path)/filler" }

  /// Moves the state onto it.
  ///
  /// - Parameter state: of a daemon that does not run.
  package init(below state: String) async throws {
    path = state
    try await run("mv", state, "\(state).before")
    try await run("mkdir", "-m", "700", state)
    try await run("mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "jit-test", state)
    try await run("cp", "-a", "\(state).before/.", state)
    try await run("rm", "-r", "\(state).before")
  }

  /// Leaves not a byte to anybody.
  package func fill() throws {
    let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LiveError("\(filler): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    let page = [UInt8](repeating: 0, count: 4_096)
    while write(file, page, page.count) > 0 {}
    guard errno == ENOSPC else {
      throw LiveError("\(filler): \(String(cString: strerror(errno))) instead of a full disk")
    }
  }

  package func free() throws { try FileManager.default.removeItem(atPath: filler) }

  private func run(_ program: String, _ arguments: String...) async throws {
    try await LiveCommand(
      "/usr/bin/env", [program] + arguments,
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"], in: "/tmp"
    ).finished().succeeded()
  }
}
