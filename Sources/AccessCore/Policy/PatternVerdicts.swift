/// Which of the policy's patterns a reason contains a match of.
///
/// A search is work of the size that a stranger chooses, so it is done outside, before a decision:
/// the decision, which the one writer waits for, gets its outcome as a value.
package struct PatternVerdicts: Sendable, Equatable {
  private let verdicts: [String: Bool]

  /// - Parameter verdicts: by the text of the pattern.
  package init(_ verdicts: [String: Bool] = [:]) { self.verdicts = verdicts }

  /// Nil when nobody has looked.
  subscript(pattern: String) -> Bool? { verdicts[pattern] }
}
