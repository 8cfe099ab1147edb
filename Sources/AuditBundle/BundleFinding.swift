import TransparencyLog

/// What is wrong with a bundle. `verify.py` says the same of the same bundle.
package enum BundleFinding: Error, Hashable, Sendable {
  case missing(BundleFile)
  case unreadable(BundleFile)

  case badKey
  case notSigned(by: VerifierKey)
  case badCheckpoint

  /// The first index that nothing stands at.
  case entryMissing(UInt64, size: UInt64)
  case entryTooMany(size: UInt64)
  case entryMisplaced(UInt64, found: UInt64)
  case entryAltered(UInt64)
  case leafAltered(UInt64)
  /// It is what was signed, and not what an entry has to be.
  case entryMalformed(UInt64)
  /// The entries are what was signed, this file is not.
  case leavesAltered(UInt64)
  case leavesLength(size: UInt64)
  case neitherFits(UInt64)
  case otherTree

  /// `line` counts from 1.
  case openingMalformed(line: Int)
  case openingWrong(UInt64)
  case manifest(String)
  case grants

  /// All is as it was logged; the signature of a review is not what it has to be. Only `jit` checks
  /// these.
  case review(UInt64, ReviewFlaw)
}

extension BundleFinding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let file): "\(file.rawValue) is missing"
    case .unreadable(let file): "\(file.rawValue) cannot be read"
    case .badKey: "the key is not a verifier key of the form NAME+ID+KEY"
    case .notSigned(let key):
      "the checkpoint is not signed by the key of \(key.name), \(key.fingerprint)"
    case .badCheckpoint: "the checkpoint is not one of the log that the key is for"
    case .entryMissing(let index, let size):
      "entry \(index) is missing: the checkpoint is of \(size) entries"
    case .entryTooMany(let size):
      "entry \(size) is one too many: the checkpoint is of \(size) entries"
    case .entryMisplaced(let index, let found):
      "entry \(index) is not in its place: entry \(found) stands there"
    case .entryAltered(let index): "entry \(index) is not what was logged"
    case .leafAltered(let index):
      "entry \(index) is withheld, and its leaf is not what was logged"
    case .entryMalformed(let index):
      "entry \(index) has another number, or a version that is not known here"
    case .leavesAltered(let index): "leaves.bin has a wrong hash for entry \(index)"
    case .leavesLength(let size): "leaves.bin does not have 32 bytes for each of \(size) entries"
    case .neitherFits(let index):
      "entry \(index) and its hash in leaves.bin differ, and neither is what was signed"
    case .otherTree: "entries.jsonl and leaves.bin agree, but are not what was signed"
    case .openingMalformed(let line): "line \(line) of openings.jsonl is not an opening"
    case .openingWrong(let index): "an opening of entry \(index) does not fit what was logged"
    case .manifest(let field): "manifest.json does not fit the rest in “\(field)”"
    case .grants: "grants.csv is not the file that manifest.json is for"
    case .review(let index, let flaw): "entry \(index) \(flaw)"
    }
  }
}
