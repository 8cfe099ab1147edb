import Testing
import TransparencyLog

@Suite("Trees of up to 2^53 leaves")
struct LargeTreeTests {
  static let edgeSizes: [UInt64] = [
    1, 2, 3, 1 << 32, (1 << 32) + 1, (1 << 53) - 1, 1 << 53,
  ]

  /// Sizes at the edges, and random ones of every magnitude.
  static func sizes(_ generator: inout SeededGenerator) -> [UInt64] {
    edgeSizes
      + (0..<300).map { _ in
        let magnitude = Int.random(in: 0...53, using: &generator)
        return .random(in: 1...(1 << UInt64(magnitude)), using: &generator)
      }
  }

  @Test("inclusion proofs verify, for the marked leaf alone, and read few hashes")
  func inclusion() throws {
    var generator = SeededGenerator(seed: 2)
    for size in Self.sizes(&generator) {
      let leaf = UInt64.random(in: 0..<size, using: &generator)
      let tree = SparseTree(marked: leaf)
      let root = try MerkleTree.root(size: size, reading: tree.subtree)
      let counter = ReadCounter(tree)
      let proof = try MerkleTree.inclusionProof(leaf: leaf, size: size, reading: counter.subtree)
      #expect(counter.count <= 106)
      #expect(proof.path.count <= 53)
      try proof.verify(leafHash: SparseTree.markedLeaf, root: root)
      #expect(throws: ProofError.rootMismatch) {
        try proof.verify(leafHash: SparseTree.ordinaryLeaf, root: root)
      }
    }
  }

  @Test("consistency proofs verify, and show a change of the past")
  func consistency() throws {
    var generator = SeededGenerator(seed: 3)
    for newSize in Self.sizes(&generator) {
      let oldSize = UInt64.random(in: 1...newSize, using: &generator)
      let marked = UInt64.random(in: 0..<oldSize, using: &generator)
      let tree = SparseTree(marked: marked)
      let oldRoot = try MerkleTree.root(size: oldSize, reading: tree.subtree)
      let newRoot = try MerkleTree.root(size: newSize, reading: tree.subtree)
      let counter = ReadCounter(tree)
      let proof = try MerkleTree.consistencyProof(
        from: oldSize, to: newSize, reading: counter.subtree)
      #expect(counter.count <= 106)
      #expect(proof.path.count <= 54)
      try proof.verify(oldRoot: oldRoot, newRoot: newRoot)

      let unmarked = SparseTree(marked: .max)
      let rewritten = try MerkleTree.root(size: newSize, reading: unmarked.subtree)
      let forged = try MerkleTree.consistencyProof(
        from: oldSize, to: newSize, reading: unmarked.subtree)
      #expect(throws: ProofError.self) {
        try forged.verify(oldRoot: oldRoot, newRoot: rewritten)
      }
    }
  }

  @Test("questions that make no sense are refused before anything is read")
  func nonsense() {
    let counter = ReadCounter(SparseTree(marked: 0))
    let tooLarge = MerkleTree.maximumSize + 1
    #expect(throws: ProofError.treeTooLarge(size: tooLarge)) {
      try MerkleTree.root(size: tooLarge, reading: counter.subtree)
    }
    #expect(throws: ProofError.treeTooLarge(size: .max)) {
      try MerkleTree.inclusionProof(leaf: 0, size: .max, reading: counter.subtree)
    }
    #expect(throws: ProofError.leafOutsideTree(leaf: 0, size: 0)) {
      try MerkleTree.inclusionProof(leaf: 0, size: 0, reading: counter.subtree)
    }
    #expect(throws: ProofError.leafOutsideTree(leaf: 5, size: 5)) {
      try MerkleTree.inclusionProof(leaf: 5, size: 5, reading: counter.subtree)
    }
    #expect(throws: ProofError.shrinkingTree(from: 7, to: 5)) {
      try MerkleTree.consistencyProof(from: 7, to: 5, reading: counter.subtree)
    }
    #expect(counter.count == 0)
  }

  @Test("an error of the store comes through")
  func storeError() throws {
    let tree = try StoredTree(size: 4)
    #expect(throws: StoredTree.NotStored.self) {
      try MerkleTree.root(size: 5, reading: tree.subtree)
    }
  }
}
