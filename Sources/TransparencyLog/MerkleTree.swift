/// Answers the hash of the *complete* subtree that stands at `(level, index)`: the one over the
/// `2^level` leaves from `index << level` on. A leaf is a complete subtree of level 0.
///
/// These hashes never change once the leaves are there, so a table with the primary key
/// `(level, index)` can serve them. ``Frontier/append(_:)`` says which rows to add.
package typealias SubtreeReader = (_ level: Int, _ index: UInt64) throws -> Hash

/// Roots and proofs of the first `size` leaves of a log (RFC 9162 §2.1), made from stored hashes.
///
/// Each of them reads O(log size) hashes: at most 53 for a root and 106 for a proof.
/// They throw ``ProofError`` where the question makes no sense, and whatever `reading` throws.
package enum MerkleTree {
  /// Leaf numbers stay exact in every JSON reader.
  package static let maximumSize: UInt64 = 1 << 53

  package static func root(size: UInt64, reading subtree: SubtreeReader) throws -> Hash {
    try checkSize(size)
    return size == 0 ? .empty : try hash(of: 0..<size, reading: subtree)
  }

  /// Proves that leaf number `leaf` (from 0) is in the tree of `size` leaves.
  package static func inclusionProof(
    leaf: UInt64, size: UInt64, reading subtree: SubtreeReader
  ) throws -> InclusionProof {
    let question = try InclusionProof(leaf: leaf, size: size, path: [])
    let path = try path(to: question.leaf, in: 0..<question.size, reading: subtree)
    return try InclusionProof(leaf: leaf, size: size, path: path)
  }

  /// Proves that the tree of `oldSize` leaves is the beginning of the tree of `newSize` leaves.
  /// The path from size 0, and from a size to itself, is empty.
  package static func consistencyProof(
    from oldSize: UInt64, to newSize: UInt64, reading subtree: SubtreeReader
  ) throws -> ConsistencyProof {
    let question = try ConsistencyProof(from: oldSize, to: newSize, path: [])
    if oldSize == 0 { return question }
    let path = try consistencyPath(from: oldSize, in: 0..<newSize, reading: subtree)
    return try ConsistencyProof(from: oldSize, to: newSize, path: path)
  }

  static func checkSize(_ size: UInt64) throws(ProofError) {
    guard size <= maximumSize else { throw .treeTooLarge(size: size) }
  }
}

// The recursions of RFC 9162 §2.1, over ranges of leaf numbers in place of lists of leaves. A range
// begins at a multiple of the power of two that it is split at, so its left part is complete.
extension MerkleTree {
  /// `MTH(D[range])`, §2.1.1.
  private static func hash(
    of leaves: Range<UInt64>, reading subtree: SubtreeReader
  ) throws -> Hash {
    let count = leaves.upperBound - leaves.lowerBound
    if count.nonzeroBitCount == 1 {
      let level = count.trailingZeroBitCount
      return try subtree(level, leaves.lowerBound >> level)
    }
    let (left, right) = halves(of: leaves)
    return .node(try hash(of: left, reading: subtree), try hash(of: right, reading: subtree))
  }

  /// `PATH(leaf, D[range])`, §2.1.3.1.
  private static func path(
    to leaf: UInt64, in leaves: Range<UInt64>, reading subtree: SubtreeReader
  ) throws -> [Hash] {
    if leaves == leaf..<leaf + 1 { return [] }
    let (left, right) = halves(of: leaves)
    let (inside, beside) = left.contains(leaf) ? (left, right) : (right, left)
    return try path(to: leaf, in: inside, reading: subtree)
      + [hash(of: beside, reading: subtree)]
  }

  /// `SUBPROOF(oldSize, D[range], b)`, §2.1.4.1. Its flag `b` is true as long as the range begins
  /// with the first leaf: then the verifier has that hash already, as the old root.
  private static func consistencyPath(
    from oldSize: UInt64, in leaves: Range<UInt64>, reading subtree: SubtreeReader
  ) throws -> [Hash] {
    if leaves.upperBound == oldSize {
      return leaves.lowerBound == 0 ? [] : [try hash(of: leaves, reading: subtree)]
    }
    let (left, right) = halves(of: leaves)
    let (inside, beside) = oldSize <= left.upperBound ? (left, right) : (right, left)
    return try consistencyPath(from: oldSize, in: inside, reading: subtree)
      + [hash(of: beside, reading: subtree)]
  }

  /// Splits two or more leaves at the largest power of two that is smaller than their number.
  private static func halves(
    of leaves: Range<UInt64>
  ) -> (left: Range<UInt64>, right: Range<UInt64>) {
    let last = leaves.upperBound - leaves.lowerBound - 1
    let middle = leaves.lowerBound + 1 << (UInt64.bitWidth - 1 - last.leadingZeroBitCount)
    return (leaves.lowerBound..<middle, middle..<leaves.upperBound)
  }
}
