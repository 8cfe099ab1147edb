/// What the ledger knows of earlier grants of one person, as far as a rule asks for it.
///
/// The live state does not hold it, so it comes in beside it. Where nobody looked, it says what makes
/// a rule stricter.
package struct History: Sendable, Equatable {
  /// Whether none of the person's last grants was on the database.
  package var isFirstTime: Bool
  /// Grants that have begun since midnight, in the policy's zone.
  package var today: [Past]

  package init(isFirstTime: Bool = true, today: [Past] = []) {
    self.isFirstTime = isFirstTime
    self.today = today
  }

  package struct Past: Sendable, Equatable {
    package let request: RequestID
    package let entitlement: EntitlementName
    package let duration: TimeSpan

    package init(request: RequestID, entitlement: EntitlementName, duration: TimeSpan) {
      self.request = request
      self.entitlement = entitlement
      self.duration = duration
    }
  }
}

/// What one person may have by one entitlement in one day.
package struct DailyCap: Sendable, Equatable {
  package let grants: Int?
  /// All of them together, as they were given: what is handed back early counts.
  package let duration: TimeSpan?

  package init(grants: Int? = nil, duration: TimeSpan? = nil) {
    self.grants = grants
    self.duration = duration
  }
}

extension Policy {
  /// When the day of `time` began.
  package func midnight(of time: Timestamp) -> Timestamp {
    let clock = zone.clock(at: time)
    return zone.time(showingAtLeast: clock - floored(clock, by: 86_400_000).remainder)
  }

  /// Refuses a grant that would be more than the person may have, in a day or at one time.
  func checkCaps(
    on ask: Ask, for duration: TimeSpan, _ rule: Entitlement, _ state: State, _ context: Context
  ) throws(Refusal) {
    let mine = state.grants(of: ask.requester)
    let isMore = ask.extends != nil
    if let most = rule.concurrent, !isMore {
      let live = mine.count { $0.ask.databaseUID == ask.databaseUID }
      guard live < most else {
        throw Refusal(
          .capReached, "\(rule.name) allows \(most) at one time on \(ask.database)",
          hint: "give one back: `jit grants`, `jit release ID`")
      }
    }
    guard let cap = rule.perDay else { return }
    // The ledger was read a moment ago; what has begun since then is live.
    let midnight = midnight(of: context.now)
    let live = mine.filter { $0.ask.entitlement == rule.name && ($0.began ?? midnight) >= midnight }
    let earlier = context.history.today.filter { past in
      past.entitlement == rule.name && !live.contains { $0.id == past.request }
    }
    if let most = cap.grants, !isMore, live.count + earlier.count >= most {
      throw Refusal(
        .capReached, "\(rule.name) allows \(most) a day",
        hint: "the next day begins at midnight, \(zone.name)")
    }
    guard let most = cap.duration else { return }
    let given = live.compactMap(\.grant?.duration.seconds) + earlier.map(\.duration.seconds)
    let left = most.seconds - given.reduce(0, +)
    guard duration.seconds > left else { return }
    throw Refusal(
      .capReached, "\(duration) would be more than \(rule.name) allows in a day, \(most)",
      hint: left > 0
        ? "ask for at most \(TimeSpan(wholeSeconds: left))"
        : "the next day begins at midnight, \(zone.name)")
  }
}

extension State {
  /// Grants of a person that have not ended.
  func grants(of person: Principal) -> [Request] {
    open[person, default: []].compactMap { requests[$0] }.filter { $0.grant?.isEnded == false }
  }
}

extension Request {
  /// When its grant became active; nil while it is on its way.
  fileprivate var began: Timestamp? { grant?.activatedAt }
}
