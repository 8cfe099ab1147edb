import Foundation
import Glibc

/// The directory with everything that the broker keeps. One process at a time holds it.
package final class StateDirectory: Sendable {
  package let path: String
  private let lock: Int32

  package var ledgerPath: String { path + "/ledger.sqlite" }
  var lockdowns: KeptLockdowns { KeptLockdowns(path: path + "/lockdowns") }
  package var signingKeyPath: String { path + "/signing.key" }

  /// Takes the directory for this process, making it (mode 0700) if it is missing.
  ///
  /// The lock (`flock(2)`) ends with the process however it ends, so nothing stale can be left.
  package init(taking path: String) throws(StateDirectoryError) {
    if mkdir(path, 0o700) != 0, errno != EEXIST {
      throw StateDirectoryError(path, "cannot be made: \(lastError())")
    }
    let file = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else {
      throw StateDirectoryError(path, "cannot be written: \(lastError())")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let taken = errno == EWOULDBLOCK
      let reason = taken ? "is in use by another jitd" : "cannot be locked: \(lastError())"
      close(file)
      throw StateDirectoryError(path, reason)
    }
    self.path = path
    self.lock = file
  }

  deinit { close(lock) }
}

extension StateDirectory {
  /// Where a backup is put together before it goes to who asked for it.
  package func backupPath(_ name: String) -> String { "\(path)/\(backupPrefix)\(name)" }

  /// Where a restored ledger is put together.
  var restoringPath: String { path + "/restoring" }

  /// Removes what a process that was killed left of a backup or of a restoring: whole copies of the
  /// ledger, with its key.
  func removeUnfinished() throws {
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: path)
    where name.hasPrefix(backupPrefix) || "\(path)/\(name)" == restoringPath {
      try files.removeItem(atPath: "\(path)/\(name)")
    }
  }
}

/// Returns once the names in the directory are on disk.
func syncDirectory(_ path: String) throws(StateDirectoryError) {
  let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard directory >= 0 else { throw StateDirectoryError(path, "cannot be read: \(lastError())") }
  defer { close(directory) }
  guard fsync(directory) == 0 else {
    throw StateDirectoryError(path, "is not on disk: \(lastError())")
  }
}

private let backupPrefix = "backup-"

package struct StateDirectoryError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ path: String, _ reason: String) { description = "the state directory \(path) \(reason)" }
}

func lastError() -> String { String(cString: strerror(errno)) }
