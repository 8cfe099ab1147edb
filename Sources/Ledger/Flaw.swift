import AccessCore

/// Something in the state file that is not what was signed.
package enum Flaw: Error, Sendable, Equatable {
  case altered(Int64)
  case missing(Int64)
  /// An entry behind the end of what the newest checkpoint is of.
  case unsigned(Int64)
  /// The columns beside an entry do not say what the entry says.
  case columns(Int64)
  /// Stored hashes over these entries do not fit each other, or not the signed root.
  case hashes(Range<Int64>)
  case checkpoint(String)
  /// The list of entries that a start reads leaves some out, or has some that are history.
  case live
}

extension Flaw: CustomStringConvertible {
  package var description: String {
    switch self {
    case .altered(let index): "entry \(index) is not what was signed"
    case .missing(let index): "entry \(index) is missing"
    case .unsigned(let index): "entry \(index) was added past the ledger: no checkpoint is of it"
    case .columns(let index): "the columns beside entry \(index) do not say what it says"
    case .hashes(let entries) where entries.count == 1:
      "the stored hash of entry \(entries.lowerBound) is not that of the entry"
    case .hashes(let entries):
      "the stored hashes over the entries \(entries.lowerBound) to \(entries.upperBound - 1) "
        + "do not lead to the signed root"
    case .live: "the list of live entries does not lead to the state that all entries lead to"
    case .checkpoint(let reason): "the newest checkpoint cannot be believed: \(reason)"
    }
  }
}

/// What a start has found.
package struct Flaws: Sendable, Equatable {
  /// The end of the tree is not the one that was signed: nothing more may be signed on top of it.
  package var tree: Flaw?
  /// Live entries that are not what was signed.
  package var entries: [Flaw] = []
  /// The requests that those entries are about: nothing that they say can be believed.
  package var doubtful: Set<RequestID> = []

  /// The one to tell people; an entry that can be named goes first.
  package var first: Flaw? { entries.first ?? tree }
}
