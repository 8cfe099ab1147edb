import Foundation

/// A program that gets one text on its standard input and has a time to do its work in. No thread of
/// the concurrency pool waits for it: on a small machine that would hold up everything.
struct ChildProgram {
  let command: [String]
  let secondsMax: Int64

  /// How a run ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
    /// It took too long, and was ended with everything that it had started in its process group.
    case tooSlow
  }

  /// Runs the program. Its output goes to our standard error.
  ///
  /// Throws when the program cannot be started.
  func run(input: Data) async throws -> Ending {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    // Nothing of ours but what every program needs: the environment may hold the way to secrets.
    process.environment = ProcessInfo.processInfo.environment.filter {
      ["PATH", "LANG", "TZ", "HOME"].contains($0.key)
    }
    let pipe = Pipe()
    process.standardInput = pipe
    process.standardOutput = FileHandle.standardError
    let (endings, ending) = AsyncStream.makeStream(of: Ending.self)
    process.terminationHandler = { process in
      let status = process.terminationStatus
      ending.yield(process.terminationReason == .exit ? .exited(status) : .killed(status))
    }
    try process.run()
    let writer = pipe.fileHandleForWriting
    DispatchQueue.global().async { write(input, to: writer, secondsMax: secondsMax) }
    let watchdog = Task {
      try await Task.sleep(for: .seconds(secondsMax))
      ending.yield(.tooSlow)
    }
    defer { watchdog.cancel() }
    // The first one: what comes after the time is up is its own killing.
    let first = await endings.first { _ in true } ?? .tooSlow
    // The child is the first of a process group of its own (Foundation starts it so).
    if first == .tooSlow { kill(-process.processIdentifier, SIGKILL) }
    return first
  }
}

/// Writes until all is written, nobody reads any more, or the time is up; a program need not read.
private func write(_ data: Data, to pipe: FileHandle, secondsMax: Int64) {
  let descriptor = pipe.fileDescriptor
  // Closing fails only where there is nothing left to lose.
  defer { try? pipe.close() }
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  let until = ContinuousClock.now + .seconds(secondsMax)
  var rest = data[...]
  while !rest.isEmpty {
    let left = (until - .now) / .milliseconds(1)
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard left > 0 else { return }
    poll(&waiting, 1, Int32(left))
    let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 || errno == EAGAIN || errno == EINTR else { return }
    rest = rest.dropFirst(max(0, count))
  }
}
