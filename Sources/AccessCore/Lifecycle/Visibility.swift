extension Policy {
  /// The rule that a request is reviewed by, as it stands today; nil when it is gone.
  package func rule(for ask: Ask) -> Entitlement? { entitlements[ask.entitlement] }

  /// Whether the person is one whom the rule asks, in one of its steps.
  package func isReviewer(_ person: Principal, under rule: ReviewRule) -> Bool {
    switch rule {
    case .automatic: false
    case .steps(let steps): isMember(person, of: steps.map(\.from))
    case .afterwards(let party, _): isMember(person, of: [party])
    }
  }

  /// Whether so many have denied that the request is.
  func isDenied(_ rule: ReviewRule, by denials: Set<Principal>) -> Bool {
    switch rule {
    case .automatic, .afterwards: false
    case .steps(let steps):
      steps.contains { step in
        denials.count { isMember($0, of: [step.from]) } >= step.denyThreshold
      }
    }
  }

  /// Whether the request's rule names the person, whatever the conditions of its steps: they may
  /// come to hold. A broken glass can be reviewed even if its rule is gone: by who may revoke.
  package func mayReview(_ person: Principal, _ request: Request) -> Bool {
    guard person != request.ask.requester else { return false }
    guard let rule = rule(for: request.ask), rule.isBreakGlass == request.ask.breakGlass else {
      return request.ask.breakGlass && has(person, .revoke)
    }
    return isReviewer(person, under: rule.review)
  }

  /// Whether a review by the person could still bring the request forward.
  ///
  /// - Parameter needed: the steps that apply.
  package func stillAsks(
    _ person: Principal, about request: Request, under needed: ReviewRule
  ) -> Bool {
    guard person != request.ask.requester, isReviewer(person, under: needed) else { return false }
    let theirs = (request.approvals + request.denials).filter {
      $0.reviewer == person && counts($0)
    }
    if theirs.isEmpty { return true }
    // An approval that is not signed leaves open what asks for a signature.
    guard theirs.allSatisfy({ $0.verdict == .approve && !isSigned($0) }) else { return false }
    return progress(of: request, under: needed).needs.contains {
      $0.step.needsSignature && $0.have < $0.count && $0.people.contains(person)
    }
  }

  /// Whether the request exists for the caller: it is theirs, theirs to review or reviewed by
  /// them, or an authority covers it.
  package func sees(_ caller: Caller, _ request: Request) -> Bool {
    caller.isAdmin
      || request.ask.requester == caller.principal
      || request.reviews.contains { $0.reviewer == caller.principal }
      || mayReview(caller.principal, request)
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
