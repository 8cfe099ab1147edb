import Glibc

/// Reads a file piece by piece, in constant memory.
final class FileReader {
  private let file: BundleFile
  private let descriptor: Int32
  private var buffer: [UInt8]
  private var unread: Range<Int> = 0..<0
  private var isAtEnd = false

  init(_ file: BundleFile, in folder: String) throws(BundleFinding) {
    self.file = file
    descriptor = open("\(folder)/\(file.rawValue)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .missing(file) : .unreadable(file)
    }
    buffer = [UInt8](repeating: 0, count: 1 << 20)
  }

  deinit { close(descriptor) }

  /// The next line without its newline; nil at the end. Of a line longer than the buffer the first
  /// part, which is more than any line of ours has.
  func line() throws(BundleFinding) -> ArraySlice<UInt8>? {
    var searched = 0
    while true {
      if let end = newline(from: unread.lowerBound + searched) {
        defer { unread = end + 1..<unread.upperBound }
        return buffer[unread.lowerBound..<end]
      }
      searched = unread.count
      if isAtEnd || unread.count == buffer.count {
        defer { unread = unread.upperBound..<unread.upperBound }
        return unread.isEmpty ? nil : buffer[unread]
      }
      try fill()
    }
  }

  /// The next `count` bytes, or as many as there are.
  func bytes(_ count: Int) throws(BundleFinding) -> ArraySlice<UInt8> {
    while unread.count < count, !isAtEnd { try fill() }
    let end = min(unread.lowerBound + count, unread.upperBound)
    defer { unread = end..<unread.upperBound }
    return buffer[unread.lowerBound..<end]
  }

  private func newline(from start: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, start < unread.upperBound,
        let found = memchr(base + start, Int32(UInt8(ascii: "\n")), unread.upperBound - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// Moves what is unread to the front and reads more behind it.
  private func fill() throws(BundleFinding) {
    let (start, kept) = (unread.lowerBound, unread.count)
    let count = buffer.withUnsafeMutableBytes { bytes -> Int in
      guard let base = bytes.baseAddress else { return -1 }
      memmove(base, base + start, kept)
      while true {
        let count = read(descriptor, base + kept, bytes.count - kept)
        if count >= 0 || errno != EINTR { return count }
      }
    }
    guard count >= 0 else { throw .unreadable(file) }
    unread = 0..<kept + count
    isAtEnd = count == 0
  }
}

/// A whole file that is known to be small.
func contents(
  of file: BundleFile, in folder: String, atMost limit: Int = 1 << 20
) throws(BundleFinding) -> [UInt8] {
  Array(try FileReader(file, in: folder).bytes(limit))
}
