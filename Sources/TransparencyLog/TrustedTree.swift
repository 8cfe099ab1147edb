/// Stored hashes of a tree, believed as far as they lead to its root.
///
/// What was checked once is remembered: leaves that stand together cost little more than one.
package struct TrustedTree {
  private let frontier: Frontier
  private var trusted: [Place: Hash] = [:]

  private struct Place: Hashable {
    let level: Int
    let index: UInt64

    var sibling: Place { Place(level: level, index: index ^ 1) }
    var parent: Place { Place(level: level + 1, index: index / 2) }
  }

  /// - Parameter frontier: its root was compared with a verified checkpoint.
  package init(_ frontier: Frontier) {
    self.frontier = frontier
    let levels = (0..<UInt64.bitWidth).reversed().filter { frontier.size >> $0 & 1 == 1 }
    for (level, hash) in zip(levels, frontier.edge) {
      trusted[Place(level: level, index: (frontier.size >> level) - 1)] = hash
    }
  }

  /// Whether leaf number `leaf` has this hash, whatever is stored as the leaf itself.
  ///
  /// Throws ``ProofError`` for a leaf that is not in the tree, and whatever `reading` throws.
  package mutating func holds(
    _ leafHash: Hash, at leaf: UInt64, reading subtree: SubtreeReader
  ) throws -> Bool {
    guard leaf < frontier.size else {
      throw ProofError.leafOutsideTree(leaf: leaf, size: frontier.size)
    }
    var seen: [Place: Hash] = [:]
    var (place, hash) = (Place(level: 0, index: leaf), leafHash)
    // It ends: every leaf is below one of the subtrees that the frontier has.
    while trusted[place] == nil {
      let sibling = place.sibling
      let other = try trusted[sibling] ?? subtree(sibling.level, sibling.index)
      seen[place] = hash
      seen[sibling] = other
      hash = place.index.isMultiple(of: 2) ? .node(hash, other) : .node(other, hash)
      place = place.parent
    }
    guard trusted[place] == hash else { return false }
    trusted.merge(seen) { known, _ in known }
    return true
  }
}
