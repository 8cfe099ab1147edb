import AccessCore
import Foundation
import Glibc
import TransparencyLog

extension StateDirectory {
  /// Puts a backup into this directory, which has no ledger yet, once it is verified to its last
  /// entry. It is not gone on with before somebody accepts that what came after it is lost.
  ///
  /// Built in a directory inside this one and moved out at the end, the ledger last: cut off
  /// anywhere, it leaves no ledger, and can be done again.
  package func restore(
    _ backup: String, origin: String, clock: @escaping @Sendable () -> Timestamp
  ) async throws -> Backup {
    let files = FileManager.default
    guard !files.fileExists(atPath: ledgerPath) else {
      throw AlreadyThere(description: "\(path) has a ledger: a backup goes into an empty state")
    }
    try removeUnfinished()
    let staging = try StateDirectory(taking: restoringPath)
    try files.copyItem(atPath: backup, toPath: staging.ledgerPath)
    guard chmod(staging.ledgerPath, 0o600) == 0 else {
      throw BackupError(description: "\(staging.ledgerPath): \(lastError())")
    }
    let restored = try await Backup(verifying: staging.ledgerPath)
    guard restored.origin.hasPrefix(origin + "#") else {
      throw BackupError(
        description: "it is of \(restored.origin), but the configuration says \(origin)")
    }
    let store = try Store(staging.ledgerPath)
    try SigningKey.write(try store.takeSeed(), to: staging.signingKeyPath)
    try store.close()

    let ledger = try await Ledger(in: staging, origin: origin, clock: clock)
    let until = restored.newest.map { " of \($0)" } ?? ""
    let sign = RollbackFound(seen: "it was restored from a backup whose newest entry is\(until)")
    _ = try await ledger.append(Proposal(by: .system) { _, _ in .success([.rollbackFound(sign)]) })
      .get()
    try await ledger.close()

    for (from, to) in [
      (staging.signingKeyPath, signingKeyPath), (staging.ledgerPath, ledgerPath),
    ] {
      guard rename(from, to) == 0 else { throw BackupError(description: "\(to): \(lastError())") }
      try syncDirectory(path)
    }
    try removeUnfinished()
    return restored
  }
}

/// A ledger is never written over.
package struct AlreadyThere: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}
