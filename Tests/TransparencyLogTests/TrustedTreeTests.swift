import Testing

@testable import TransparencyLog

@Suite("Stored hashes that lead to a trusted root")
struct TrustedTreeTests {
  @Test("at every size, each leaf is held where it stands and nowhere else")
  func everyLeaf() throws {
    for size in 1...33 {
      let stored = try StoredTree(size: size)
      var tree = TrustedTree(stored.frontier)
      for leaf in stored.leaves.indices {
        for place in stored.leaves.indices {
          let holds = try tree.holds(
            stored.leaves[leaf], at: UInt64(place), reading: stored.subtree)
          #expect(holds == (leaf == place))
        }
      }
    }
  }

  @Test("a leaf that was exchanged is not held, though it is stored as the leaf")
  func exchangedLeaf() throws {
    let stored = try StoredTree(size: 21)
    let other = Hash.leaf("another entry".utf8)
    for leaf in UInt64(0)..<21 {
      var tree = TrustedTree(stored.frontier)
      let holds = try tree.holds(other, at: leaf) { level, index in
        level == 0 && index == leaf ? other : try stored.subtree(level: level, index: index)
      }
      #expect(!holds)
    }
  }

  @Test("a hash above that was exchanged is not believed, and the others are all the same")
  func exchangedNode() throws {
    let stored = try StoredTree(size: 16)
    for leaf in 0..<16 {
      var tree = TrustedTree(stored.frontier)
      let holds = try tree.holds(stored.leaves[leaf], at: UInt64(leaf)) { level, index in
        level == 2 && index == 1 ? .empty : try stored.subtree(level: level, index: index)
      }
      // Only the first four have the hash over 4 to 7 on their way.
      #expect(holds == !(0..<4).contains(leaf))
    }
  }

  @Test("what was read for one leaf is not read again for its neighbours")
  func reads() throws {
    let stored = try StoredTree(size: 1_000)
    var tree = TrustedTree(stored.frontier)
    var reads = 0
    for leaf in 400..<500 {
      _ = try tree.holds(stored.leaves[leaf], at: UInt64(leaf)) { level, index in
        reads += 1
        return try stored.subtree(level: level, index: index)
      }
    }
    #expect(reads < 100 + 2 * 10)
  }

  @Test("a leaf past the end is an error")
  func outside() throws {
    let stored = try StoredTree(size: 5)
    var tree = TrustedTree(stored.frontier)
    #expect(throws: ProofError.leafOutsideTree(leaf: 5, size: 5)) {
      try tree.holds(.empty, at: 5, reading: stored.subtree)
    }
  }
}
