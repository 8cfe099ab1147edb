import AccessCore
import Ledger
import Logging

extension Broker {
  /// Erases what people wrote about a request that is over. The entries stay as they are, and so
  /// does every proof about them; backups that were made before keep the texts.
  package func erase(_ id: RequestID, by caller: Caller) async throws(Refusal) -> Request {
    let texts: [Commitment]
    do { texts = try await ledger.openings(of: id) } catch {
      logger.error("the ledger cannot be read: \(error)")
      throw Refusal(.ledgerUnwritable, "the ledger cannot be read")
    }
    _ = try await submit(.erase(id, texts), by: caller)
    do { try await ledger.forgetErasedPages() } catch {
      // The next commits overwrite them; until then they are in the file beside the ledger.
      logger.warning("erased texts are in the write-ahead log still: \(error)")
    }
    return try await stored(id)
  }
}
