/// The right edge of a growing tree, also called a compact range: all that is needed to add leaves
/// and to know the root.
package struct Frontier: Hashable, Sendable {
  /// The number of leaves.
  package private(set) var size: UInt64

  /// The roots of the complete subtrees that make up the tree, from left to right and so from the
  /// largest to the smallest: one for each 1 in the binary form of `size`.
  package private(set) var edge: [Hash]

  /// The frontier of the empty tree.
  package init() {
    size = 0
    edge = []
  }

  /// Reads the frontier of the first `size` leaves: one hash for each 1 in the binary form of it.
  ///
  /// Nothing is checked against anything: compare ``root`` with a verified checkpoint.
  package init(size: UInt64, reading subtree: SubtreeReader) throws {
    try MerkleTree.checkSize(size)
    self.size = size
    edge = try (0..<UInt64.bitWidth).reversed()
      .filter { size >> $0 & 1 == 1 }
      .map { level in try subtree(level, (size >> level) - 1) }
  }

  /// A complete subtree, in the order of ``SubtreeReader``'s arguments, and its hash.
  package struct Node: Hashable, Sendable {
    package let level: Int
    package let index: UInt64
    package let hash: Hash
  }

  /// Adds a leaf in O(log size).
  ///
  /// Returns the subtrees that are complete now and were not before, from the leaf up. They are
  /// what a store has to keep so that it can serve as ``SubtreeReader``.
  package mutating func append(_ leafHash: Hash) throws(ProofError) -> [Node] {
    try MerkleTree.checkSize(size + 1)
    var node = Node(level: 0, index: size, hash: leafHash)
    var completed = [node]
    while !node.index.isMultiple(of: 2) {
      let left = edge.removeLast()
      node = Node(level: node.level + 1, index: node.index / 2, hash: .node(left, node.hash))
      completed.append(node)
    }
    edge.append(node.hash)
    size += 1
    return completed
  }

  /// Adds a leaf in O(log size), for who keeps no subtrees.
  package mutating func appendLeaf(_ leafHash: Hash) throws(ProofError) {
    try MerkleTree.checkSize(size + 1)
    var hash = leafHash
    for _ in 0..<(~size).trailingZeroBitCount { hash = .node(edge.removeLast(), hash) }
    edge.append(hash)
    size += 1
  }

  /// The root of the tree.
  package var root: Hash {
    guard let smallest = edge.last else { return .empty }
    return edge.dropLast().reversed().reduce(smallest) { right, left in .node(left, right) }
  }
}
