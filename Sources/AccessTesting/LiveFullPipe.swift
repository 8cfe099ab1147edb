import Foundation

/// A pipe with a name that takes nothing more, until somebody reads it.
package final class LiveFullPipe: Sendable {
  package let path: String
  private let descriptor: CInt

  package init(_ path: String) throws {
    self.path = path
    guard mkfifo(path, 0o600) == 0 else { throw LiveError("\(path): errno \(errno)") }
    descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw LiveError("\(path): errno \(errno)") }
    // The last bytes one by one: a pipe takes what is short of a page as long as there is one.
    let filling = [UInt8](repeating: UInt8(ascii: "."), count: 4_096)
    for size in [4_096, 1] { while write(descriptor, filling, size) > 0 {} }
    guard errno == EAGAIN else { throw LiveError("\(path) is not full: errno \(errno)") }
  }

  deinit { close(descriptor) }

  /// Takes out what is in it.
  package func read() -> String {
    var (taken, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: taken, as: UTF8.self) }
      taken += buffer[..<count]
    }
  }
}
