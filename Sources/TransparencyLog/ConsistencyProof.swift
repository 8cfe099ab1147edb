/// Proves that a tree grew by appending alone (RFC 9162 §2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
  /// The number of leaves of the old tree.
  package let oldSize: UInt64
  /// The number of leaves of the new tree; not less than `oldSize`.
  package let newSize: UInt64
  /// At most 64 hashes; none if `oldSize` is 0 or equal to `newSize`.
  package let path: [Hash]

  package init(from oldSize: UInt64, to newSize: UInt64, path: [Hash]) throws(ProofError) {
    try MerkleTree.checkSize(newSize)
    guard oldSize <= newSize else { throw .shrinkingTree(from: oldSize, to: newSize) }
    try ProofPath.check(path)
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Reads a path of base64 hashes, the form in which proofs travel (C2SP tlog-witness).
  package init(from oldSize: UInt64, to newSize: UInt64, base64: [String]) throws(ProofError) {
    try self.init(from: oldSize, to: newSize, path: ProofPath.decode(base64))
  }

  package var base64: [String] { path.map(\.base64) }

  /// What a witness asks: is `new` a later state of the log that `old` is a state of?
  package func verify(from old: Checkpoint, to new: Checkpoint) throws(ProofError) {
    guard old.origin.utf8.elementsEqual(new.origin.utf8) else { throw .otherLog }
    for (size, checkpoint) in [(oldSize, old), (newSize, new)] where size != checkpoint.size {
      throw .otherSize(proof: size, checkpoint: checkpoint.size)
    }
    try verify(oldRoot: old.root, newRoot: new.root)
  }

  /// The algorithm of RFC 9162 §2.1.4.2. The roots have to be those for exactly these sizes.
  ///
  /// Every tree is consistent with the empty one, whose root has to be ``Hash/empty``.
  package func verify(oldRoot: Hash, newRoot: Hash) throws(ProofError) {
    if oldSize == 0 || oldSize == newSize {
      try verifyWithoutPath(oldRoot: oldRoot, newRoot: newRoot)
      return
    }
    // A complete old tree is itself the first hash of the path, and so it is not sent.
    let hashes = oldSize.nonzeroBitCount == 1 ? [oldRoot] + path : path
    guard let first = hashes.first else { throw .pathDoesNotFitSize }

    var node = oldSize - 1
    var last = newSize - 1
    while !node.isMultiple(of: 2) {
      node >>= 1
      last >>= 1
    }
    var (old, new) = (first, first)
    for sibling in hashes.dropFirst() {
      guard last > 0 else { throw .pathDoesNotFitSize }
      if node.isMultiple(of: 2) && node < last {
        new = .node(new, sibling)
      } else {
        old = .node(sibling, old)
        new = .node(sibling, new)
        while node.isMultiple(of: 2) && node > 0 {
          node >>= 1
          last >>= 1
        }
      }
      node >>= 1
      last >>= 1
    }
    guard last == 0 else { throw .pathDoesNotFitSize }
    guard old == oldRoot else { throw .oldRootMismatch }
    guard new == newRoot else { throw .rootMismatch }
  }

  private func verifyWithoutPath(oldRoot: Hash, newRoot: Hash) throws(ProofError) {
    guard path.isEmpty else { throw .pathDoesNotFitSize }
    if oldSize == 0 && oldRoot != .empty { throw .oldRootMismatch }
    if oldSize == newSize && oldRoot != newRoot { throw .rootMismatch }
  }
}
