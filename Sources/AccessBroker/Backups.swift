import AccessCore
import Ledger
import Logging

extension Broker {
  /// Makes a verified copy of the ledger in a file of its own, and records that. Whoever gets the
  /// path removes the file.
  package func backup(by caller: Caller) async throws(Refusal) -> (path: String, size: Int64) {
    _ = try await submit(.backup, by: caller)
    let path = ledger.temporaryPath(randomBytes(8).hex)
    do { return (path, try await ledger.backup(to: path).size) } catch {
      logger.error("the backup failed: \(error)")
      ledger.removeTemporary(path)
      throw Refusal(
        .ledgerUnwritable, "there is no backup: \("\(error)".inert)",
        hint: "is there space for a copy beside the ledger? `jit doctor` tells how it is")
    }
  }
}
