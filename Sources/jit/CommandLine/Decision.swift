import AccessAPI
import AccessCore

/// Looks at a request until it is decided or `patience` is over; what was seen last.
func decision(
  on reply: Reply<RequestView>, within patience: TimeSpan?, _ broker: Broker
) async throws -> Reply<RequestView> {
  let clock = ContinuousClock()
  let deadline = patience.map { clock.now + .seconds($0.seconds) }
  var last = reply
  var unreachableSince: ContinuousClock.Instant?
  while last.view.state == "pending" {
    let next = clock.now + .milliseconds(500)
    try await clock.sleep(until: deadline.map { min($0, next) } ?? next)
    do {
      last = try await broker.get(Path.request(last.view.id))
      unreachableSince = nil
    } catch let failure as Failure where failure.code == ErrorCode.brokerUnreachable.rawValue {
      // A broker that is being restarted does not end the wait.
      let since = unreachableSince ?? clock.now
      guard clock.now - since < .seconds(60) else { throw failure }
      unreachableSince = since
    }
    if let deadline, clock.now >= deadline { break }
  }
  return last
}

extension RequestView {
  /// How the wait for the decision ends when it is no approval.
  func asDecision(_ patience: TimeSpan?) -> Failure? {
    switch state {
    case "approved": return nil
    case "denied":
      let deny = reviews.last { $0.verdict == "deny" }
      let words = deny?.comment.map { ": \($0.inert)" } ?? ""
      return Failure(
        .refused, "\(deny?.reviewer ?? "a reviewer") denied \(id)\(words)",
        hint: "talk to them, or ask anew")
    case "cancelled":
      return Failure(.wrongState, "\(id) was cancelled", hint: "ask anew if it is still needed")
    case "lapsed":
      return Failure(
        .timedOut, "\(id) lapsed: nobody answered in time", hint: "ask anew, and tell the reviewers"
      )
    default:
      return Failure(
        .timedOut, "\(id) was not decided within \(patience?.text ?? "the time")",
        hint: "it stays open: see `jit show \(id)`, or `jit cancel \(id)`")
    }
  }

  /// What is printed when the wait ends well.
  func approvedText(paint: Paint) -> String {
    let names = reviews.filter { $0.verdict == "approve" }.map(\.reviewer.inert)
    let people = names.isEmpty ? "" : ", by \(list(names))"
    return "approved \(id.inert): \(summary(paint))\(people)\n" + nextStep
  }
}
