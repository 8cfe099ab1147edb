extension Policy {
  /// The rule that a request is reviewed by, as it stands today; nil when it is gone.
  package func rule(for ask: Ask) -> Entitlement? { entitlements[ask.entitlement] }

  package func canReview(_ person: Principal, _ request: Request) -> Bool {
    guard let rule = rule(for: request.ask) else { return false }
    return reviewers(under: rule.review, for: request.ask.requester).contains(person)
  }

  /// Whether the request exists for the caller: it is theirs, theirs to review or reviewed by
  /// them, or an authority covers it.
  package func sees(_ caller: Caller, _ request: Request) -> Bool {
    caller.isAdmin
      || request.ask.requester == caller.principal
      || request.reviews.contains { $0.reviewer == caller.principal }
      || canReview(caller.principal, request)
      || Authority.allCases.contains { has(caller.principal, $0) }
  }

  /// The admin socket may do what `operate` and `revoke` may, and no more.
  package func authorises(_ caller: Caller, _ authority: Authority) -> Bool {
    switch authority {
    case .audit: !caller.isAdmin && has(caller.principal, .audit)
    case .operate, .revoke: caller.isAdmin || has(caller.principal, authority)
    }
  }
}
