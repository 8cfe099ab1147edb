import AccessAPI
import Glibc

/// A new file that is written front to back.
final class BufferedFile {
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ path: String, mode: mode_t = 0o644) throws(Failure) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw cannotWrite(path) }
    buffer.reserveCapacity(Self.size)
  }

  deinit { Glibc.close(descriptor) }

  private static let size = 1 << 18

  func write(_ bytes: some Sequence<UInt8>) throws(Failure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.size { try flush() }
  }

  /// Everything is on disk when it returns.
  func finish() throws(Failure) {
    try flush()
    guard fsync(descriptor) == 0 else { throw cannotWrite(path) }
  }

  private func flush() throws(Failure) {
    var start = 0
    while start < buffer.count {
      let count = buffer[start...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      guard count >= 0 || errno == EINTR else { throw cannotWrite(path) }
      start += max(0, count)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

func cannotWrite(_ path: String) -> Failure {
  Failure(
    .internal, "\(path.withoutControls) cannot be written: \(String(cString: strerror(errno)))",
    hint: "is there space, and may you write there?")
}
