import AccessAPI
import AccessCore

/// Reads what people type for `--start`.
package struct StartTimes: Sendable {
  private let now: @Sendable () -> Timestamp

  package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

  /// RFC 3339, or `HH:MM` in the policy's zone: the next time that the clock there shows it.
  func read(_ text: String?, _ policy: Policy) throws -> Timestamp? {
    guard let text else { return nil }
    if let time = Timestamp(text) { return time }
    guard let clock = clockTime(text) else {
      throw Problem(
        .usage, "“\(text.prefix(40).inert)” is not a start",
        hint: "write 2026-03-01T18:00:00Z, or 18:00 (\(policy.zone.name))")
    }
    return policy.zone.next(showing: clock, after: now())
  }

  /// Milliseconds since midnight.
  private func clockTime(_ text: String) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard
      parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
      let hour = Int64(parts[0]), let minute = Int64(parts[1]), hour < 24, minute < 60
    else { return nil }
    return (hour * 60 + minute) * 60_000
  }
}
