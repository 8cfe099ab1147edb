import AccessCore
import Foundation
import Synchronization

/// Text on its way to a descriptor that perhaps nobody reads: a pipe that is full, a journal that
/// stands still, a terminal after Ctrl-S.
///
/// Who writes never waits. Up to a bound the texts queue up, and a thread that nobody else needs
/// writes them; what is over the bound is dropped and counted, and once somebody reads again, it is
/// said where something is missing.
final class Outlet: TextOutputStream, Sendable {
  static let error = Outlet(STDERR_FILENO)
  static let output = Outlet(STDOUT_FILENO)

  private struct Waiting {
    var texts: [String] = []
    var bytes = 0
    /// How many were dropped after the last one of `texts`.
    var droppedNext: Int64 = 0
    var droppedEver: Int64 = 0
  }

  private let descriptor: Int32
  private let bytesMax: Int
  private let waiting = Mutex(Waiting())
  private let filled = DispatchSemaphore(value: 0)
  /// Has a member for each text that is not written yet.
  private let unwritten = DispatchGroup()

  /// - Parameter bytesMax: of what waits.
  init(_ descriptor: Int32, bytesMax: Int = Limits.logBytesWaitingMax) {
    (self.descriptor, self.bytesMax) = (descriptor, bytesMax)
    let thread = Thread { [self] in
      while true { writeNext() }
    }
    thread.stackSize = 256 * 1_024
    thread.start()
  }

  /// How many texts were dropped since the start.
  var dropped: Int64 { waiting.withLock(\.droppedEver) }

  /// Takes the text, or counts it; returns at once.
  func write(_ text: String) {
    let isTaken = waiting.withLock { waiting in
      let bytes = text.utf8.count
      guard waiting.droppedNext == 0, waiting.bytes + bytes <= bytesMax else {
        waiting.droppedNext += 1
        waiting.droppedEver += 1
        return false
      }
      waiting.texts.append(text)
      waiting.bytes += bytes
      unwritten.enter()
      return true
    }
    if isTaken { filled.signal() }
  }

  /// Waits until all is written, and no longer than `limit`.
  func flush(within limit: DispatchTimeInterval) { _ = unwritten.wait(timeout: .now() + limit) }

  /// Waits for a text and writes everything that waits by then.
  private func writeNext() {
    filled.wait()
    let (texts, dropped) = waiting.withLock { waiting in
      defer { (waiting.texts, waiting.bytes, waiting.droppedNext) = ([], 0, 0) }
      return (waiting.texts, waiting.droppedNext)
    }
    for text in texts {
      writeAll(text)
      unwritten.leave()
    }
    if dropped > 0 {
      writeAll("(\(dropped) lines are missing here: what we write was not read fast enough)\n")
    }
  }

  /// Waits as long as it takes. What cannot be written at all is lost, and counted.
  private func writeAll(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Somebody who shares it has made it so that it does not wait.
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&room, 1, -1)
      } else if errno != EINTR {
        return waiting.withLock { $0.droppedEver += 1 }
      }
    }
  }
}

/// Makes sure that 0, 1 and 2 are taken: else the next file that is opened, which may be the ledger,
/// is what people's output goes to.
func takeStandardDescriptors() {
  for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
  where fcntl(descriptor, F_GETFD) < 0 {
    // The lowest free number is taken, which is this one.
    _ = open("/dev/null", O_RDWR)
  }
}
