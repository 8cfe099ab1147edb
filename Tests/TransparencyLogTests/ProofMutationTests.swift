import Testing
import TransparencyLog

@Suite("A proof that is not exactly right is refused")
struct ProofMutationTests {
  static let largest = 34
  let tree: StoredTree

  init() throws {
    tree = try StoredTree(size: Self.largest)
  }

  @Test("inclusion: a bit flipped, a hash dropped, added or swapped")
  func inclusionPath() throws {
    var generator = SeededGenerator(seed: 4)
    for size in 1...Self.largest {
      for leaf in 0..<size {
        let path = try tree.inclusionProof(leaf: leaf, size: size).path
        for changed in mutations(of: path, using: &generator) {
          let proof = try InclusionProof(leaf: UInt64(leaf), size: UInt64(size), path: changed)
          #expect(throws: ProofError.self) {
            try proof.verify(leafHash: tree.leaves[leaf], root: tree.roots[size])
          }
        }
      }
    }
  }

  @Test("inclusion: another leaf, another index, another size with its own root, another root")
  func inclusionClaim() throws {
    for size in 1...Self.largest {
      for leaf in 0..<size {
        let path = try tree.inclusionProof(leaf: leaf, size: size).path
        for other in 0..<size where other != leaf {
          let proof = try InclusionProof(leaf: UInt64(other), size: UInt64(size), path: path)
          #expect(throws: ProofError.self) {
            try proof.verify(leafHash: tree.leaves[leaf], root: tree.roots[size])
          }
          #expect(throws: ProofError.self) {
            try tree.inclusionProof(leaf: leaf, size: size)
              .verify(leafHash: tree.leaves[other], root: tree.roots[size])
          }
        }
        for other in (leaf + 1)...Self.largest where other != size {
          let proof = try InclusionProof(leaf: UInt64(leaf), size: UInt64(other), path: path)
          #expect(throws: ProofError.self) {
            try proof.verify(leafHash: tree.leaves[leaf], root: tree.roots[other])
          }
          #expect(throws: ProofError.rootMismatch) {
            try tree.inclusionProof(leaf: leaf, size: size)
              .verify(leafHash: tree.leaves[leaf], root: tree.roots[other])
          }
        }
      }
    }
  }

  @Test("consistency: a bit flipped, a hash dropped, added or swapped")
  func consistencyPath() throws {
    var generator = SeededGenerator(seed: 5)
    for new in 0...Self.largest {
      for old in 0...new {
        let path = try tree.consistencyProof(from: old, to: new).path
        for changed in mutations(of: path, using: &generator) {
          let proof = try ConsistencyProof(from: UInt64(old), to: UInt64(new), path: changed)
          #expect(throws: ProofError.self) {
            try proof.verify(oldRoot: tree.roots[old], newRoot: tree.roots[new])
          }
        }
      }
    }
  }

  @Test("consistency: other sizes, each with its own root, and other roots")
  func consistencyClaim() throws {
    for new in 0...Self.largest {
      for old in 0...new {
        let genuine = try tree.consistencyProof(from: old, to: new)
        for other in 0...Self.largest {
          for (from, to) in [(old, other), (other, new)]
          where from <= to && (from, to) != (old, new) {
            // The empty path is right for several pairs of sizes.
            if genuine.path == (try tree.consistencyProof(from: from, to: to).path) { continue }
            let proof = try ConsistencyProof(
              from: UInt64(from), to: UInt64(to), path: genuine.path)
            #expect(throws: ProofError.self) {
              try proof.verify(oldRoot: tree.roots[from], newRoot: tree.roots[to])
            }
          }
          if other != old {
            #expect(throws: ProofError.self) {
              try genuine.verify(oldRoot: tree.roots[other], newRoot: tree.roots[new])
            }
          }
          if other != new && old != 0 {
            #expect(throws: ProofError.self) {
              try genuine.verify(oldRoot: tree.roots[old], newRoot: tree.roots[other])
            }
          }
        }
      }
    }
  }

  /// All single changes of a path but for the choice of bits and new hashes, which is random.
  private func mutations(
    of path: [Hash], using generator: inout SeededGenerator
  ) -> [[Hash]] {
    var mutations: [[Hash]] = []
    for position in path.indices {
      var changed = path
      changed[position] = flippingBit(of: path[position], using: &generator)
      mutations.append(changed)

      changed = path
      changed.remove(at: position)
      mutations.append(changed)

      for other in path.indices where other > position {
        changed = path
        changed.swapAt(position, other)
        mutations.append(changed)
      }
    }
    for position in 0...path.count {
      let extra = Hash.leaf([UInt8.random(in: 0...255, using: &generator)])
      for added in [extra, .empty] + path.prefix(1) {
        var changed = path
        changed.insert(added, at: position)
        mutations.append(changed)
      }
    }
    return mutations
  }

  private func flippingBit(of hash: Hash, using generator: inout SeededGenerator) -> Hash {
    var bytes = hash.bytes
    bytes[Int.random(in: 0..<32, using: &generator)] ^=
      1 << UInt8.random(in: 0..<8, using: &generator)
    return Hash(bytes: bytes) ?? .empty
  }
}
