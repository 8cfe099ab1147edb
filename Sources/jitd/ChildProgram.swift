import AccessCore
import Foundation
import Synchronization

/// A program that gets one text on its standard input and has a time to do its work in. A thread of
/// its own looks after it: on a small machine, one of the concurrency pool's would hold up
/// everything.
struct ChildProgram: Sendable {
  let command: [String]
  let secondsMax: Int64

  /// How a run ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
    /// It took too long, and was ended with everything that it had started in its process group.
    case tooSlow
  }

  /// Runs the program. What it prints is read and thrown away but for its beginning
  /// (`Limits.notifyOutputBytesMax`), so that it waits for nobody who reads ours.
  ///
  /// Throws when the program cannot be started.
  func run(input: Data) async throws -> (ending: Ending, output: String) {
    let isCancelled = Flag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread {
          let child: Child
          do { child = try Child(command, input: Array(input)) } catch {
            return done.resume(throwing: error)
          }
          let ending = child.ending(
            by: .now + .seconds(secondsMax), unless: { isCancelled.isSet })
          done.resume(returning: (ending ?? .tooSlow, child.output))
          // What was killed may take a while to die, where a disk does not answer.
          if ending == nil { child.bury() }
        }
      }
    } onCancel: {
      isCancelled.set()
    }
  }
}

private final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}

/// One run of a program, seen from the thread that looks after it.
private final class Child {
  private let pid: pid_t
  private var input: ArraySlice<UInt8>
  private var printed: [UInt8] = []
  private var writing: Int32
  private let reading: Int32

  /// How long its end can go unnoticed; there is nothing that poll(2) could wait for.
  private static let lookAgainMs: Int64 = 20

  init(_ command: [String], input: [UInt8]) throws(ChildProgramError) {
    let toChild = try pipe()
    let fromChild: (reading: Int32, writing: Int32)
    do { fromChild = try pipe() } catch {
      close(toChild.reading)
      close(toChild.writing)
      throw error
    }
    defer {
      close(toChild.reading)
      close(fromChild.writing)
    }
    self.input = input[...]
    (writing, reading) = (toChild.writing, fromChild.reading)
    do { pid = try spawn(command, stdin: toChild.reading, output: fromChild.writing) } catch {
      close(toChild.writing)
      close(fromChild.reading)
      throw error
    }
    for descriptor in [writing, reading] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    closeInput()
    close(reading)
  }

  var output: String { String(decoding: printed, as: UTF8.self) }

  /// Gives it its input and takes its output until it ends; nil when that took too long: then it was
  /// killed.
  func ending(
    by end: ContinuousClock.Instant, unless isCancelled: () -> Bool
  ) -> ChildProgram.Ending? {
    while .now < end, !isCancelled() {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid {
        take()
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
      }
      wait()
      give()
      take()
    }
    // It is the first of a process group of its own.
    kill(-pid, SIGKILL)
    return nil
  }

  func bury() { waitpid(pid, nil, 0) }

  private func wait() {
    var events = [pollfd(fd: isSilent ? -1 : reading, events: Int16(POLLIN), revents: 0)]
    if writing >= 0 { events.append(pollfd(fd: writing, events: Int16(POLLOUT), revents: 0)) }
    poll(&events, nfds_t(events.count), Int32(Self.lookAgainMs))
  }

  private var isSilent = false

  private func give() {
    guard writing >= 0 else { return }
    if !input.isEmpty {
      let count = input.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
      if count > 0 { input = input.dropFirst(count) }
      // It need not read: then there is nobody to write to.
      if count < 0, errno != EAGAIN, errno != EINTR { input = [] }
    }
    if input.isEmpty { closeInput() }
  }

  private func closeInput() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  private func take() {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    // As much as a pipe holds: a program that prints without end must not keep us here.
    for _ in 0..<16 where !isSilent {
      let count = read(reading, &buffer, buffer.count)
      if count == 0 { isSilent = true }
      guard count > 0 else { return }
      printed += buffer[..<min(count, max(0, Limits.notifyOutputBytesMax - printed.count))]
    }
  }
}

/// Starts a program as the first of a process group of its own, with nothing of ours but the two
/// descriptors.
private func spawn(
  _ command: [String], stdin: Int32, output: Int32
) throws(ChildProgramError) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, stdin, STDIN_FILENO)
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
  do {
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      if let descriptor = Int32(name), descriptor > STDERR_FILENO {
        posix_spawn_file_actions_addclose(&actions, descriptor)
      }
    }
  } catch { throw ChildProgramError("cannot be kept from what we have open: \(error)") }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  posix_spawnattr_setpgroup(&attributes, 0)
  var (none, all) = (sigset_t(), sigset_t())
  sigemptyset(&none)
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  posix_spawnattr_setflags(&attributes, Int16(flags))

  // Nothing of ours but what every program needs: the environment may hold the way to secrets.
  let environment = ProcessInfo.processInfo.environment.filter {
    ["PATH", "LANG", "TZ", "HOME"].contains($0.key)
  }
  var pid = pid_t()
  let failure = withCStrings(command) { arguments in
    withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
      posix_spawn(&pid, command[0], &actions, &attributes, arguments, environment)
    }
  }
  guard failure == 0 else {
    throw ChildProgramError(
      "\(command[0]) cannot be started: \(String(cString: strerror(failure)))")
  }
  return pid
}

private func pipe() throws(ChildProgramError) -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  guard Foundation.pipe(&ends) == 0 else {
    throw ChildProgramError("there is no pipe for it: \(String(cString: strerror(errno)))")
  }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}

/// Runs `body` with the strings as C wants them, with a null at the end.
private func withCStrings<Value>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
) -> Value {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}

struct ChildProgramError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
