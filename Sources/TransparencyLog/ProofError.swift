/// Why a proof cannot be made, read or believed.
package enum ProofError: Error, Hashable, Sendable {
  case treeTooLarge(size: UInt64)
  case leafOutsideTree(leaf: UInt64, size: UInt64)
  case shrinkingTree(from: UInt64, to: UInt64)
  case pathTooLong(count: Int)
  /// `position` counts from 0.
  case malformedHash(position: Int)
  case pathDoesNotFitSize
  case rootMismatch
  case oldRootMismatch
  /// The proof was made for other sizes than those of the checkpoints.
  case otherSize(proof: UInt64, checkpoint: UInt64)
  /// The checkpoints come from different logs.
  case otherLog
}

extension ProofError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .treeTooLarge(let size):
      "a tree of \(size) leaves is larger than the limit of \(MerkleTree.maximumSize)"
    case .leafOutsideTree(let leaf, let size):
      "leaf \(leaf) is not in a tree of \(size) leaves"
    case .shrinkingTree(let from, let to):
      "a log cannot shrink from \(from) to \(to) leaves"
    case .pathTooLong(let count):
      "a proof of \(count) hashes is longer than the limit of \(ProofPath.maximumCount)"
    case .malformedHash(let position):
      "hash \(position + 1) of the proof is not the base64 of 32 bytes"
    case .pathDoesNotFitSize:
      "the proof has too many or too few hashes for the size of the tree"
    case .rootMismatch:
      "the proof does not lead to the root hash"
    case .oldRootMismatch:
      "the proof does not lead to the old root hash: what was logged has been changed"
    case .otherSize(let proof, let checkpoint):
      "the proof is for \(proof) leaves, the checkpoint has \(checkpoint)"
    case .otherLog:
      "the two checkpoints have different origins"
    }
  }
}
