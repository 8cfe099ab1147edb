import AccessCore
import Ledger
import Logging

/// Refused attempts become entries; the same attempt again within a minute is counted only, so
/// that nobody fills the disk by being refused.
actor RefusedAttempts {
  struct Attempt: Hashable, Sendable {
    let caller: Caller
    let attempt: String
    let code: Refusal.Code
    let request: RequestID?
  }

  private struct Window {
    let began: Int64
    var repeated = 0
  }

  private var windows: [Attempt: Window] = [:]

  /// Whether the attempt is the first of its kind for a while and becomes an entry at once.
  func isFirst(_ attempt: Attempt, at ms: Int64) -> Bool {
    if windows[attempt] != nil {
      windows[attempt]?.repeated += 1
      return false
    }
    guard windows.count < Limits.refusalKindsMax else {
      // So many kinds at once are somebody's noise: what does not fit is counted with the caller.
      let rest = Attempt(caller: attempt.caller, attempt: "other", code: .tooMany, request: nil)
      windows[rest, default: Window(began: ms)].repeated += 1
      return false
    }
    windows[attempt] = Window(began: ms)
    return true
  }

  /// Ends windows that are over; answers how often each attempt was repeated in its own.
  func takeRepeated(at ms: Int64) -> [(attempt: Attempt, count: Int)] {
    let over = windows.filter { ms - $0.value.began >= Limits.refusalWindowMs }
    for attempt in over.keys { windows[attempt] = nil }
    return over.filter { $0.value.repeated > 0 }.map { ($0.key, $0.value.repeated) }
  }
}

extension Broker {
  func note(
    _ refusal: Refusal, _ attempt: String, _ request: RequestID?, by caller: Caller
  ) async {
    guard refusal.code.isForbidden else { return }
    // An id that does not exist for the caller may be any: it must not make a kind of its own.
    let known = refusal.code == .unknownRequest ? nil : request
    let noted = RefusedAttempts.Attempt(
      caller: caller, attempt: attempt, code: refusal.code, request: known)
    guard await refusedAttempts.isFirst(noted, at: clocks.boot().milliseconds) else { return }
    await record(noted, count: 1)
  }

  /// Writes down what was counted.
  func recordRepeatedRefusals() async {
    for (attempt, count) in await refusedAttempts.takeRepeated(at: clocks.boot().milliseconds) {
      await record(attempt, count: count)
    }
  }

  private func record(_ noted: RefusedAttempts.Attempt, count: Int) async {
    let refused = RequestRefused(attempt: noted.attempt, code: noted.code, count: count)
    let proposal = Proposal(by: .caller(noted.caller)) { state, now in
      .success(observe(.refused(noted.request, refused), state, now: now))
    }
    if case .failure(let refusal) = await ledger.append(proposal) {
      logger.warning(
        "a refused attempt is not in the ledger: \(refusal.message)",
        metadata: ["caller": "\(noted.caller.principal)", "code": "\(noted.code.rawValue)"])
    }
  }
}
