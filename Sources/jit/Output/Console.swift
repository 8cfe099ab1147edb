import AccessAPI
import AccessCore
import Glibc

/// The standard streams, as far as a command cares what is at their other end.
struct Console: Sendable {
  let inputIsTerminal: Bool
  let outputIsTerminal: Bool
  let errorIsTerminal: Bool
  /// `NO_COLOR` (no-color.org) is set and not empty.
  let colourRefused: Bool

  static let standard = Console(
    inputIsTerminal: isatty(STDIN_FILENO) == 1,
    outputIsTerminal: isatty(STDOUT_FILENO) == 1,
    errorIsTerminal: isatty(STDERR_FILENO) == 1,
    colourRefused: getenv("NO_COLOR").map { $0.pointee != 0 } ?? false)

  /// For what goes to stdout.
  var paint: Paint { outputIsTerminal && !colourRefused ? .coloured : .plain }
  /// For what goes to stderr.
  var errorPaint: Paint { errorIsTerminal && !colourRefused ? .coloured : .plain }
  /// A question can be asked: somebody sees it and can answer.
  var canAsk: Bool { inputIsTerminal && errorIsTerminal }

  /// Writes to stdout.
  ///
  /// - Throws: `ReaderGone`, or a `Failure` when it cannot be written, as on a full disk.
  func print(_ text: String) throws { try print(bytes: Array(text.utf8)) }

  func print(bytes: some Collection<UInt8>) throws {
    do throws(WriteError) {
      try write(Array(bytes), to: STDOUT_FILENO)
    } catch {
      if error.number == EPIPE { throw ReaderGone() }
      throw Failure(
        .internal, "the output cannot be written: \(String(cString: strerror(error.number)))",
        hint: "what was asked may have been done nevertheless; look with `jit requests`")
    }
  }

  /// Writes to stderr. When nobody can be told, there is nobody to tell that either.
  func say(_ text: String) {
    do throws(WriteError) { try write(Array(text.utf8), to: STDERR_FILENO) } catch { return }
  }

  /// Asks on stderr and reads a line; nil at the end of input.
  func ask(_ question: String) -> String? {
    say(question)
    return readLine()
  }
}

/// The error number of write(2).
private struct WriteError: Error {
  let number: Int32
}

private func write(_ bytes: [UInt8], to descriptor: Int32) throws(WriteError) {
  var start = 0
  while start < bytes.count {
    let count = bytes[start...].withUnsafeBytes {
      Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    if count >= 0 {
      start += count
    } else if errno == EAGAIN {
      // Somebody else made the shared terminal or pipe non-blocking.
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&waiting, 1, -1)
    } else if errno != EINTR {
      throw WriteError(number: errno)
    }
  }
}

/// The wall clock.
func currentTime() -> Timestamp {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Timestamp(milliseconds: Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000)
}
