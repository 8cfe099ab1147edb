import AccessCore
import Foundation
import Glibc
import TransparencyLog

/// Where records are kept: `$XDG_STATE_HOME/jit` or `~/.local/state/jit`, one file for each ledger
/// (mode 0600). A record only ever moves forward.
struct WitnessMemory: Sendable, Equatable {
  let folder: String

  /// Nil when the environment names no place.
  init?(environment: [String: String]) {
    // The XDG specification: a path that is not absolute is ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      folder = "\(state)/jit"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      folder = "\(home)/.local/state/jit"
    } else {
      return nil
    }
  }

  /// All records; one that cannot be read is none.
  func records() -> [WitnessRecord] {
    let files: [String]
    do { files = try FileManager.default.contentsOfDirectory(atPath: folder) } catch { return [] }
    return files.filter { $0.hasSuffix(suffix) }.sorted()
      .compactMap { FileManager.default.contents(atPath: "\(folder)/\($0)") }
      .compactMap { WitnessRecord(parsing: $0) }
  }

  /// Takes in a record, unless another process has seen more meanwhile.
  func keep(_ new: WitnessRecord) throws(WitnessMemoryError) {
    try prepareFolder()
    try locked { () throws(WitnessMemoryError) in
      var record = new
      if let old = read(new.origin) {
        if old.isAhead(of: new) { record = old }
        record.addresses = old.addresses.union(new.addresses)
        if record == old { return }
      }
      try write(record)
    }
  }

  /// - Returns: the ledgers that were forgotten.
  func forget(_ origin: String?) throws(WitnessMemoryError) -> [String] {
    let doomed = records().map(\.origin).filter { origin == nil || $0 == origin }
    guard !doomed.isEmpty else { return [] }
    try locked { () throws(WitnessMemoryError) in
      for origin in doomed where unlink(path(origin)) != 0 && errno != ENOENT {
        throw WitnessMemoryError(path(origin))
      }
    }
    return doomed
  }

  private var suffix: String { ".json" }
  private func path(_ origin: String) -> String { "\(folder)/\(origin.percentEncoded)\(suffix)" }

  private func read(_ origin: String) -> WitnessRecord? {
    FileManager.default.contents(atPath: path(origin)).flatMap { WitnessRecord(parsing: $0) }
  }

  private func prepareFolder() throws(WitnessMemoryError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw WitnessMemoryError(folder) }
  }

  /// flock(2), so that two calls at one time do not undo each other.
  private func locked(
    _ body: () throws(WitnessMemoryError) -> Void
  ) throws(WitnessMemoryError) {
    let lock = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw WitnessMemoryError("\(folder)/lock") }
    defer { close(lock) }
    guard flock(lock, LOCK_EX) == 0 else { throw WitnessMemoryError("\(folder)/lock") }
    try body()
  }

  /// Written beside and renamed, so that there is always a whole record.
  private func write(_ record: WitnessRecord) throws(WitnessMemoryError) {
    let (path, bytes) = (path(record.origin), record.json.canonical)
    let file = open("\(path).new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw WitnessMemoryError(path) }
    let written = Glibc.write(file, bytes, bytes.count) == bytes.count
    let closed = close(file) == 0
    guard written, closed, rename("\(path).new", path) == 0 else { throw WitnessMemoryError(path) }
  }
}

struct WitnessMemoryError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ path: String) { description = "\(path): \(String(cString: strerror(errno)))" }
}

extension WitnessRecord {
  /// Whether it has seen at least as much of the same ledger.
  fileprivate func isAhead(of other: WitnessRecord) -> Bool {
    (checkpoint.epoch, checkpoint.size) >= (other.checkpoint.epoch, other.checkpoint.size)
  }
}
