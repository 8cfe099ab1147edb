import Testing
import TransparencyLog

@Suite("The published test vectors of RFC 6962 trees")
struct PublishedTreeTests {
  let vectors: TreeVectors
  let tree: StoredTree
  let leaves: [Hash]

  init() throws {
    vectors = try TreeVectors.published.get()
    leaves = vectors.leaves.map { .leaf(bytes(hex: $0)) }
    var tree = try StoredTree(size: 0)
    for leaf in leaves { try tree.append(leaf) }
    self.tree = tree
  }

  @Test("the roots are those published")
  func roots() throws {
    #expect(tree.roots.map(\.hex) == vectors.roots)
    for (size, root) in vectors.roots.enumerated() {
      #expect(try MerkleTree.root(size: UInt64(size), reading: tree.subtree).hex == root)
    }
  }

  @Test("appending completes the subtrees published, and no others")
  func subtrees() throws {
    #expect(tree.stored.count == vectors.subtrees.joined().count)
    for (level, hashes) in vectors.subtrees.enumerated() {
      for (index, hash) in hashes.enumerated() {
        #expect(try tree.subtree(level: level, index: UInt64(index)).hex == hash)
      }
    }
  }

  @Test("the inclusion proofs are made as published, and verify")
  func inclusion() throws {
    for vector in vectors.inclusion {
      let proof = try MerkleTree.inclusionProof(
        leaf: vector.leaf, size: vector.size, reading: tree.subtree)
      #expect(proof.path.map(\.hex) == vector.path)
      try proof.verify(leafHash: leaves[Int(vector.leaf)], root: tree.roots[Int(vector.size)])
    }
  }

  @Test("the consistency proofs are made as published, and verify")
  func consistency() throws {
    for vector in vectors.consistency {
      let proof = try MerkleTree.consistencyProof(
        from: vector.from, to: vector.to, reading: tree.subtree)
      #expect(proof.path.map(\.hex) == vector.path)
      try proof.verify(
        oldRoot: tree.roots[Int(vector.from)], newRoot: tree.roots[Int(vector.to)])
    }
  }
}
