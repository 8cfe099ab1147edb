import AccessCore
import Synchronization

/// How many writes each caller has made in the running window.
final class CallRates: Sendable {
  private struct Window {
    var began: Int64
    var counts: [Principal: Int] = [:]
  }

  private let window = Mutex(Window(began: 0))

  /// Refuses a caller that writes more than a person or an honest program would.
  func count(_ caller: Caller, at ms: Int64) throws(Refusal) {
    let count = window.withLock { window in
      if ms - window.began >= Limits.rateWindowMs { window = Window(began: ms) }
      window.counts[caller.principal, default: 0] += 1
      return window.counts[caller.principal, default: 0]
    }
    guard count <= Limits.writesPerWindowMax else {
      throw Refusal(
        .tooMany, "\(caller.principal) has made \(Limits.writesPerWindowMax) writes in a minute",
        hint: "wait a minute")
    }
  }
}
