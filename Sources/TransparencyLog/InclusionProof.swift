/// Proves that an entry is leaf number `leaf` of a tree of `size` leaves (RFC 9162 §2.1.3).
package struct InclusionProof: Hashable, Sendable {
  /// Counts from 0, and is less than `size`.
  package let leaf: UInt64
  package let size: UInt64
  /// The hashes beside the way from the leaf up to the root; at most 64.
  package let path: [Hash]

  package init(leaf: UInt64, size: UInt64, path: [Hash]) throws(ProofError) {
    try MerkleTree.checkSize(size)
    guard leaf < size else { throw .leafOutsideTree(leaf: leaf, size: size) }
    try ProofPath.check(path)
    self.leaf = leaf
    self.size = size
    self.path = path
  }

  /// Reads a path of base64 hashes, the form in which proofs travel (C2SP tlog-proof).
  package init(leaf: UInt64, size: UInt64, base64: [String]) throws(ProofError) {
    try self.init(leaf: leaf, size: size, path: ProofPath.decode(base64))
  }

  package var base64: [String] { path.map(\.base64) }

  /// Believes the proof only against a checkpoint of exactly its size: a size by itself is not
  /// authenticated, the signed pair of size and root is.
  package func verify(leafHash: Hash, in checkpoint: Checkpoint) throws(ProofError) {
    guard size == checkpoint.size else {
      throw .otherSize(proof: size, checkpoint: checkpoint.size)
    }
    try verify(leafHash: leafHash, root: checkpoint.root)
  }

  /// The algorithm of RFC 9162 §2.1.3.2. `root` has to be the root for exactly this `size`.
  package func verify(leafHash: Hash, root: Hash) throws(ProofError) {
    var node = leaf
    var last = size - 1
    var hash = leafHash
    for sibling in path {
      guard last > 0 else { throw .pathDoesNotFitSize }
      if node.isMultiple(of: 2) && node < last {
        hash = .node(hash, sibling)
      } else {
        hash = .node(sibling, hash)
        while node.isMultiple(of: 2) && node > 0 {
          node >>= 1
          last >>= 1
        }
      }
      node >>= 1
      last >>= 1
    }
    guard last == 0 else { throw .pathDoesNotFitSize }
    guard hash == root else { throw .rootMismatch }
  }
}
