import AccessCore
import TransparencyLog

/// A checkpoint as it is on disk.
package struct StoredCheckpoint: Sendable, Equatable {
  /// The signed note (C2SP tlog-checkpoint).
  package let note: String
  /// How many entries it is of.
  package let size: Int64
}

/// Proofs are lists of base64 hashes, the form in which they travel. Each takes O(log n) reads of
/// stored hashes.
extension Ledger {
  /// The newest checkpoint.
  package func checkpoint() async throws -> StoredCheckpoint {
    try await reading.checkpoint { _, _ in }.0
  }

  /// The newest checkpoint, with the proof that the tree of `oldSize` leaves is its beginning; no
  /// proof when there are fewer leaves than that.
  package func checkpoint(
    since oldSize: Int64
  ) async throws -> (checkpoint: StoredCheckpoint, proof: [String]?) {
    try await reading.checkpoint { size, subtree in
      guard let old = UInt64(exactly: oldSize), old <= size else { return nil }
      return try MerkleTree.consistencyProof(from: old, to: size, reading: subtree).base64
    }
  }

  /// The proof that the tree of `oldSize` leaves is the beginning of the tree of `size` leaves; nil
  /// unless both are there and in that order.
  package func consistencyProof(from oldSize: Int64, to size: Int64) async throws -> [String]? {
    try await reading.checkpoint { newest, subtree in
      guard let old = UInt64(exactly: oldSize), let new = UInt64(exactly: size), old <= new,
        new <= newest
      else { return nil }
      return try MerkleTree.consistencyProof(from: old, to: new, reading: subtree).base64
    }.1
  }

  /// The proof that entry `seq` is in the tree of `size` leaves; nil unless both are there.
  package func inclusionProof(of seq: Int64, in size: Int64) async throws -> [String]? {
    try await reading.checkpoint { newest, subtree in
      guard let leaf = UInt64(exactly: seq), let size = UInt64(exactly: size), leaf < size,
        size <= newest
      else { return nil }
      return try MerkleTree.inclusionProof(leaf: leaf, size: size, reading: subtree).base64
    }.1
  }

  /// The stored bytes of an entry; nil when there is none of that number.
  package func body(of seq: Int64) async throws -> [UInt8]? {
    try await reading.body(of: seq).map { Array($0) }
  }

  /// Whether anybody ever asked for access to the database.
  package func hasRequests(for database: DatabaseName) async throws -> Bool {
    try await reading.hasRequests(for: database)
  }

  /// Whether the person ever asked for access.
  package func hasRequests(by person: Principal) async throws -> Bool {
    try await reading.hasRequests(by: person)
  }
}
