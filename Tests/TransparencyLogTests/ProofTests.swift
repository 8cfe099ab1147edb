import Testing
import TransparencyLog

@Suite("Proofs")
struct ProofTests {
  let tree: StoredTree

  init() throws {
    tree = try StoredTree(size: 20)
  }

  private func checkpoint(_ size: Int, origin: String = "log.example") throws -> Checkpoint {
    try Checkpoint(origin: origin, size: UInt64(size), root: tree.roots[size])
  }

  @Test("the base64 form is read back")
  func base64() throws {
    let inclusion = try tree.inclusionProof(leaf: 3, size: 20)
    #expect(try InclusionProof(leaf: 3, size: 20, base64: inclusion.base64) == inclusion)
    let consistency = try tree.consistencyProof(from: 3, to: 20)
    #expect(try ConsistencyProof(from: 3, to: 20, base64: consistency.base64) == consistency)
  }

  @Test("a path that is too long or not of hashes is refused, with the place named")
  func malformedPath() throws {
    let hash = Hash.empty.base64
    let tooLong = Array(repeating: hash, count: 65)
    #expect(throws: ProofError.pathTooLong(count: 65)) {
      try InclusionProof(leaf: 0, size: 1, base64: tooLong)
    }
    #expect(throws: ProofError.pathTooLong(count: 65)) {
      try ConsistencyProof(from: 0, to: 1, path: Array(repeating: .empty, count: 65))
    }
    #expect(throws: ProofError.malformedHash(position: 1)) {
      try ConsistencyProof(from: 1, to: 4, base64: [hash, Hash.empty.hex])
    }
    #expect(throws: ProofError.treeTooLarge(size: .max)) {
      try InclusionProof(leaf: 0, size: .max, path: [])
    }
    #expect(throws: ProofError.shrinkingTree(from: 2, to: 1)) {
      try ConsistencyProof(from: 2, to: 1, path: [])
    }
  }

  @Test("the longest path that is read is refused by every tree without a trap")
  func longestPath() throws {
    let path = Array(repeating: Hash.empty, count: 64)
    for size in [1, 2, 3, MerkleTree.maximumSize] {
      #expect(throws: ProofError.pathDoesNotFitSize) {
        try InclusionProof(leaf: size - 1, size: size, path: path)
          .verify(leafHash: .empty, root: .empty)
      }
      #expect(throws: ProofError.pathDoesNotFitSize) {
        try ConsistencyProof(from: 1, to: size, path: path)
          .verify(oldRoot: .empty, newRoot: .empty)
      }
    }
  }

  @Test("a path that stops below the root of the claimed size is refused, whatever it leads to")
  func pathTooShort() throws {
    let inclusion = try tree.inclusionProof(leaf: 2, size: 4)
    #expect(throws: ProofError.pathDoesNotFitSize) {
      try InclusionProof(leaf: 2, size: 8, path: inclusion.path)
        .verify(leafHash: tree.leaves[2], root: tree.roots[4])
    }
    let consistency = try tree.consistencyProof(from: 3, to: 4)
    #expect(throws: ProofError.pathDoesNotFitSize) {
      try ConsistencyProof(from: 3, to: 8, path: consistency.path)
        .verify(oldRoot: tree.roots[3], newRoot: tree.roots[4])
    }
  }

  @Test("an inclusion proof counts only for the size of the checkpoint")
  func inclusionInCheckpoint() throws {
    let proof = try tree.inclusionProof(leaf: 3, size: 19)
    try proof.verify(leafHash: tree.leaves[3], in: checkpoint(19))
    #expect(throws: ProofError.otherSize(proof: 19, checkpoint: 20)) {
      try proof.verify(leafHash: tree.leaves[3], in: checkpoint(20))
    }
    // By itself the size is not proved: here both sizes have paths of one shape.
    let relabelled = try InclusionProof(leaf: 3, size: 20, path: proof.path)
    try relabelled.verify(leafHash: tree.leaves[3], root: tree.roots[19])
    #expect(throws: ProofError.rootMismatch) {
      try relabelled.verify(leafHash: tree.leaves[3], in: checkpoint(20))
    }
  }

  @Test("a witness accepts growth of one log, and nothing else")
  func witness() throws {
    let proof = try tree.consistencyProof(from: 7, to: 20)
    try proof.verify(from: checkpoint(7), to: checkpoint(20))
    #expect(throws: ProofError.otherSize(proof: 7, checkpoint: 8)) {
      try proof.verify(from: checkpoint(8), to: checkpoint(20))
    }
    #expect(throws: ProofError.otherSize(proof: 20, checkpoint: 19)) {
      try proof.verify(from: checkpoint(7), to: checkpoint(19))
    }
    #expect(throws: ProofError.otherLog) {
      try proof.verify(from: checkpoint(7, origin: "log.example/2"), to: checkpoint(20))
    }
    let rewritten = try Checkpoint(origin: "log.example", size: 7, root: tree.roots[6])
    #expect(throws: ProofError.oldRootMismatch) {
      try proof.verify(from: rewritten, to: checkpoint(20))
    }
  }

  @Test("every tree is consistent with the empty one, and needs no proof for it")
  func emptyTree() throws {
    let proof = try tree.consistencyProof(from: 0, to: 20)
    #expect(proof.path.isEmpty)
    try proof.verify(oldRoot: .empty, newRoot: tree.roots[20])
    #expect(throws: ProofError.oldRootMismatch) {
      try proof.verify(oldRoot: tree.roots[1], newRoot: tree.roots[20])
    }
  }
}
