import TransparencyLog

/// A tree that keeps exactly what `Frontier.append` says has to be kept.
struct StoredTree {
  struct Address: Hashable {
    let level: Int
    let index: UInt64
  }

  struct NotStored: Error {
    let address: Address
  }

  private(set) var frontier = Frontier()
  private(set) var stored: [Address: Hash] = [:]
  private(set) var leaves: [Hash] = []
  private(set) var roots = [Hash.empty]

  /// The tree of `size` leaves "entry 0", "entry 1", …, as in reference.py.
  init(size: Int) throws {
    for number in 0..<size { try append(.leaf("entry \(number)".utf8)) }
  }

  mutating func append(_ leaf: Hash) throws {
    for node in try frontier.append(leaf) {
      stored[Address(level: node.level, index: node.index)] = node.hash
    }
    leaves.append(leaf)
    roots.append(frontier.root)
  }

  func subtree(level: Int, index: UInt64) throws -> Hash {
    let address = Address(level: level, index: index)
    guard let hash = stored[address] else { throw NotStored(address: address) }
    return hash
  }

  func inclusionProof(leaf: Int, size: Int) throws -> InclusionProof {
    try MerkleTree.inclusionProof(leaf: UInt64(leaf), size: UInt64(size), reading: subtree)
  }

  func consistencyProof(from old: Int, to new: Int) throws -> ConsistencyProof {
    try MerkleTree.consistencyProof(from: UInt64(old), to: UInt64(new), reading: subtree)
  }
}
