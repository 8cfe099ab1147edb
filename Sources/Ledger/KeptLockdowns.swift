import AccessCore
import Glibc

/// Lockdowns that the ledger could not take, in a file whose blocks are taken beforehand and which is
/// written over in place: a full disk does not keep it from being written, and a kill does not lose
/// what stands in it.
struct KeptLockdowns: Sendable {
  let path: String

  /// Entries, a line each, and zeros behind them.
  private static let bytes = 64 * 1_024

  /// Takes the room, if it is not taken yet.
  func prepare() throws(StateDirectoryError) {
    var status = stat()
    guard stat(path, &status) != 0 || Int(status.st_size) < Self.bytes else { return }
    try write(Array(repeating: 0, count: Self.bytes))
  }

  /// Puts these in the place of what stands there.
  ///
  /// More than there is room for lose the last ones: the first to come is the one that matters, and
  /// there is room for 150.
  func keep(_ entries: [Entry]) throws {
    var text: [UInt8] = []
    for entry in entries {
      let line = try EntryCodec.encode(entry) + [UInt8(ascii: "\n")]
      guard text.count + line.count <= Self.bytes else { break }
      text += line
    }
    try write(text + Array(repeating: 0, count: Self.bytes - text.count))
  }

  /// What stands there; a line that was cut off by a crash is none.
  func read() -> [Entry] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: Self.bytes)
    let count = text.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
    let lines = text.prefix(max(0, count)).prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n"))
    return lines.compactMap { line in
      do { return try EntryCodec.decode(line) } catch { return nil }
    }
  }

  private func write(_ text: [UInt8]) throws(StateDirectoryError) {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw StateDirectoryError(path, "cannot be written: \(lastError())") }
    defer { close(file) }
    let count = text.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
    guard count == text.count, fsync(file) == 0 else {
      throw StateDirectoryError(path, "is not on disk: \(lastError())")
    }
  }
}
