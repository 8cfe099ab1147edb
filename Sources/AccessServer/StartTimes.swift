import AccessAPI
import AccessCore
import Foundation

/// Reads what people type for `--start`.
package struct StartTimes: Sendable {
  private let now: @Sendable () -> Timestamp

  package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

  /// RFC 3339, or `HH:MM` in the policy's zone: the next time that the clock there shows it.
  func read(_ text: String?, _ policy: Policy) throws -> Timestamp? {
    guard let text else { return nil }
    if let time = Timestamp(text) { return time }
    guard let (hour, minute) = clockTime(text), let zone = TimeZone(identifier: policy.timeZone)
    else {
      throw Problem(
        .usage, "“\(text.prefix(40).inert)” is not a start",
        hint: "write 2026-03-01T18:00:00Z, or 18:00 (\(policy.timeZone))")
    }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let from = Date(timeIntervalSince1970: Double(now().milliseconds) / 1_000)
    let next = calendar.nextDate(
      after: from, matching: DateComponents(hour: hour, minute: minute, second: 0),
      matchingPolicy: .nextTime)
    return next.map { Timestamp(milliseconds: Int64($0.timeIntervalSince1970 * 1_000)) }
  }

  private func clockTime(_ text: String) -> (hour: Int, minute: Int)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard
      parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    return (hour, minute)
  }
}
