import AccessCore
import Patterns

/// The patterns of a policy's reasons, compiled once.
package struct ReasonPatterns: Sendable {
  private let compiled: [String: Pattern]

  package init(of policy: Policy) {
    var compiled: [String: Pattern] = [:]
    for text in Set(policy.entitlements.values.compactMap(\.reason.pattern)) {
      // One that does not compile was refused with its policy; without a verdict it lets nobody in.
      do throws(PatternError) { compiled[text] = try Pattern(text) } catch { continue }
    }
    self.compiled = compiled
  }

  /// What the patterns of the rules say to a reason, in time that is linear in it. A reason that is
  /// too long is refused for that, whatever it matches.
  ///
  /// - Parameter rules: nil for all of the policy.
  package func verdicts(
    on reason: String?, of rules: [Entitlement]? = nil
  ) -> PatternVerdicts {
    guard let reason, reason.utf8.count <= Limits.writtenTextBytesMax else {
      return PatternVerdicts()
    }
    let wanted = rules.map { Set($0.compactMap(\.reason.pattern)) }
    let asked = compiled.filter { wanted?.contains($0.key) ?? true }
    return PatternVerdicts(asked.mapValues { $0.isFound(in: reason) })
  }
}
