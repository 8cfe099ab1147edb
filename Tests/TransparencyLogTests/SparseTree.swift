import TransparencyLog

/// A tree of any size without storage: all leaves are alike, but for one.
struct SparseTree {
  let marked: UInt64
  static let ordinaryLeaf = Hash.leaf("ordinary".utf8)
  static let markedLeaf = Hash.leaf("marked".utf8)

  /// The complete subtrees of ordinary leaves, by level.
  private static let ordinary = (0..<54).reduce(into: [ordinaryLeaf]) { levels, level in
    levels.append(.node(levels[level], levels[level]))
  }

  func subtree(level: Int, index: UInt64) -> Hash {
    guard marked >> level == index else { return Self.ordinary[level] }
    return (0..<level).reduce(Self.markedLeaf) { hash, below in
      marked >> below & 1 == 1
        ? .node(Self.ordinary[below], hash) : .node(hash, Self.ordinary[below])
    }
  }
}

/// Counts what a computation reads.
final class ReadCounter {
  private(set) var count = 0
  private let tree: SparseTree

  init(_ tree: SparseTree) { self.tree = tree }

  func subtree(level: Int, index: UInt64) -> Hash {
    count += 1
    return tree.subtree(level: level, index: index)
  }
}
