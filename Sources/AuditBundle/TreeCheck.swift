import TransparencyLog

/// Compares the entries with the leaves that a bundle claims to have, and both with the checkpoint.
///
/// If the claimed leaves add up to the signed root, they are what was logged, and the first entry
/// that differs from its leaf is the one that is wrong: so it can be named for certain.
struct TreeCheck {
  private let checkpoint: Checkpoint
  private var claimed = Frontier()
  /// The tree of the entries themselves, from the first on that is not right.
  private var actual: Frontier?
  private var difference: (index: UInt64, finding: BundleFinding)?
  /// The first that cannot be right, whatever the hashes say.
  private var suspect: BundleFinding?

  init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

  /// - Parameter line: nil when `entries.jsonl` has ended.
  mutating func add(_ line: ArraySlice<UInt8>?, claimed leaf: Hash) throws {
    let index = claimed.size
    let hash = inspect(line, index, claimed: leaf)
    if difference != nil {
      actual = actual ?? claimed
      if let hash { try actual?.appendLeaf(hash) }
    }
    try claimed.appendLeaf(leaf)
  }

  /// Called when there is a line too many.
  mutating func addSurplus() {
    differ(checkpoint.size, .entryTooMany(size: checkpoint.size), isSuspect: true)
  }

  func conclude() throws(BundleFinding) {
    if claimed.root == checkpoint.root {
      if let difference { throw difference.finding }
      return
    }
    if let suspect { throw suspect }
    guard let difference else { throw .otherTree }
    let entriesFit = actual?.size == checkpoint.size && actual?.root == checkpoint.root
    throw entriesFit ? .leavesAltered(difference.index) : .neitherFits(difference.index)
  }

  /// The hash of what stands in the line, if anything does.
  private mutating func inspect(
    _ line: ArraySlice<UInt8>?, _ index: UInt64, claimed leaf: Hash
  ) -> Hash? {
    guard let line else {
      differ(index, .entryMissing(index, size: checkpoint.size), isSuspect: true)
      return nil
    }
    guard let entry = EntryLine(line) else {
      differ(index, .leafAltered(index), isSuspect: true)
      return nil
    }
    let hash = entry.leaf
    switch entry {
    case .withheld:
      if hash != leaf { differ(index, .leafAltered(index)) }
    case .shown(let bytes):
      let number = entryNumber(bytes)
      if let number, number != index {
        differ(index, .entryMisplaced(index, found: number), isSuspect: true)
      } else if hash != leaf {
        differ(index, .entryAltered(index))
      } else if number == nil {
        differ(index, .entryMalformed(index), isSuspect: true)
      }
    }
    return hash
  }

  private mutating func differ(_ index: UInt64, _ finding: BundleFinding, isSuspect: Bool = false) {
    if difference == nil { difference = (index, finding) }
    if isSuspect, suspect == nil { suspect = finding }
  }
}
