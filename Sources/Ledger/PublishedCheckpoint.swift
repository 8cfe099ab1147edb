import AccessCore
import GRDB
import TransparencyLog

/// What a checkpoint that was published earlier says about the ledger that is here now.
package enum PublishedVerdict: Sendable, Equatable {
  case fits
  /// Nobody of ours signed it, so it says nothing.
  case notOurs(String)
  /// The ledger was further once, or went another way.
  case contradicts(String)
}

extension Ledger {
  /// Compares a published checkpoint with what is here: O(log size) reads.
  ///
  /// The key is the same in all epochs, so one of a later epoch than ours is known as ours, too.
  package func compare(published note: [UInt8]) throws -> PublishedVerdict {
    let published: Checkpoint
    let itsEpoch: Int
    do throws(NoteError) {
      let name = String(decoding: note.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      guard let number = number(ofEpoch: name) else { return .notOurs("it is of another log") }
      itsEpoch = number
      published = try Checkpoint(opening: note, with: signer.named(name).verifierKey)
    } catch {
      return .notOurs("\(error)")
    }
    guard itsEpoch <= epoch else {
      return .contradicts(
        "the published checkpoint is of epoch \(itsEpoch), the ledger of \(epoch)")
    }
    // What an earlier epoch came to was answered for when this one began.
    guard itsEpoch == epoch else { return .fits }
    guard published.size <= frontier.size else {
      return .contradicts(
        "the published checkpoint is of \(published.size) entries, the ledger has \(frontier.size)")
    }
    let root = try reading.pool.read { db in
      try MerkleTree.root(size: published.size) { level, index in
        try Store.node(db, level, index)
      }
    }
    guard root == published.root else {
      return .contradicts(
        "the published checkpoint is of \(published.size) other entries than the ledger's first")
    }
    return .fits
  }
}
