import Testing
import TransparencyLog

@Suite("Frontier")
struct FrontierTests {
  @Test("a frontier that was read goes on like the one that was kept")
  func reading() throws {
    let tree = try StoredTree(size: 70)
    for size in 0..<70 {
      var frontier = try Frontier(size: UInt64(size), reading: tree.subtree)
      #expect(frontier.root == tree.roots[size])
      let completed = try frontier.append(tree.leaves[size])
      #expect(frontier.root == tree.roots[size + 1])
      #expect(completed.count == size.trailingOnes + 1)
      for node in completed {
        #expect(node.hash == (try tree.subtree(level: node.level, index: node.index)))
      }
    }
  }

  @Test("the edge has one hash for each 1 in the binary form of the size")
  func edge() throws {
    for size in [0, 1, 2, 3, 64, 69] {
      #expect(try StoredTree(size: size).frontier.edge.count == size.nonzeroBitCount)
    }
  }

  @Test("frontiers of random sizes have the root of the tree")
  func largeSizes() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<200 {
      let size = UInt64.random(in: 1..<MerkleTree.maximumSize, using: &generator)
      let tree = SparseTree(marked: .random(in: 0..<size, using: &generator))
      var frontier = try Frontier(size: size, reading: tree.subtree)
      #expect(frontier.root == (try MerkleTree.root(size: size, reading: tree.subtree)))
      _ = try frontier.append(SparseTree.ordinaryLeaf)
      #expect(frontier.root == (try MerkleTree.root(size: size + 1, reading: tree.subtree)))
    }
  }

  @Test("a tree of 2^53 leaves is full")
  func limit() throws {
    let tree = SparseTree(marked: 0)
    var frontier = try Frontier(size: MerkleTree.maximumSize, reading: tree.subtree)
    let full = frontier
    #expect(throws: ProofError.treeTooLarge(size: MerkleTree.maximumSize + 1)) {
      try frontier.append(SparseTree.ordinaryLeaf)
    }
    #expect(frontier == full)
    #expect(throws: ProofError.treeTooLarge(size: .max)) {
      try Frontier(size: .max, reading: tree.subtree)
    }
  }
}

extension Int {
  fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
