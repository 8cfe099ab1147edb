import Glibc

/// Which files of the state a running broker writes to: a file that was removed or replaced under it
/// takes what it is given, and forgets it with the process.
struct LedgerFiles: Sendable {
  private let path: String
  private let ledger: FileIdentity?
  /// SQLite's write-ahead log, from our first write on: before that a process of before may still be
  /// taking its own away.
  private var log: FileIdentity?

  /// The files as they are now, at which the ledger was just opened.
  init(_ path: String) {
    self.path = path
    ledger = FileIdentity(path)
  }

  /// After a write there is a log, and nobody but us takes it away.
  mutating func noteWrite() { log = log ?? FileIdentity(path + "-wal") }

  /// Why what is written now would not be found again; nil while it would.
  var displaced: String? {
    let isThere =
      FileIdentity(path) == ledger && (log == nil || FileIdentity(path + "-wal") == log)
    return isThere
      ? nil
      : """
      \(path) was removed or replaced while jitd ran; put back the very file, or stop jitd, restore a \
      verified backup (jit admin restore), and start it
      """
  }
}

/// Source: stat(2).
private struct FileIdentity: Equatable {
  private let device: dev_t
  private let inode: ino_t

  /// Nil when there is no such file.
  init?(_ path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    (device, inode) = (info.st_dev, info.st_ino)
  }
}
