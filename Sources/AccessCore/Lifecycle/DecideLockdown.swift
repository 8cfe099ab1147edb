/// Never asks whether issuing is stopped: nothing stops what takes access away.
///
/// The lockdown and the end of every grant in its range are one commit. Saying it again changes
/// nothing, and the one who said it first stays the one who cannot lift it.
func decideLockdown(
  of range: LockdownRange, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  try require(.revoke, of: caller, context.policy)
  try expectKnown(range, state, context.policy)
  guard range == .everything || state.lockdowns.count < Limits.lockdownsMax else {
    throw Refusal(
      .tooMany, "there are \(Limits.lockdownsMax) lockdowns",
      hint: "lock everything: `jit admin lockdown`")
  }
  let news = state.lockdowns[range] == nil
  return (news ? [.lockdownStarted(LockdownChange(range: range))] : [])
    + state.grants.filter { range.covers($0.ask) }.sorted { $0.id < $1.id }
    .compactMap { lockdownEnd(of: $0, context.now) }
}

/// Gives access back, so it takes another person, and a ledger that can be written.
func decideLift(
  of range: LockdownRange, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  try require(.revoke, of: caller, context.policy)
  guard let lockdown = state.lockdowns[range] else {
    let others = state.lockdowns.values.map(\.range.words).sorted()
    throw Refusal(
      .wrongState, "there is no lockdown of \(range.words)",
      hint: others.isEmpty
        ? "nothing is locked down" : "there is one of \(others.joined(separator: ", of "))")
  }
  guard !lockdown.by.isSamePerson(as: caller) else {
    throw Refusal(
      .ownLockdown, "who locked does not lift: \(lockdown.words)",
      hint: "ask another person with the authority “revoke”")
  }
  return [.lockdownLifted(LockdownChange(range: range))]
}

/// The end of a live grant because of a lockdown; nil when it is ending anyway.
func lockdownEnd(of request: Request, _ now: Timestamp) -> Event? {
  guard let grant = request.grant else { return nil }
  switch grant.stage {
  case .activating, .active:
    let due = min(now, grant.expiresAt)
    return .grantRevoking(request.id, GrantRevoking(cause: .lockdown, due: due, reason: nil))
  case .revoking, .stuck, .ended, .forgotten: return nil
  }
}

extension LockdownRange {
  fileprivate func covers(_ ask: Ask) -> Bool {
    switch self {
    case .everything: true
    case .person(let name): ask.requester == name
    case .database(let name): ask.database == name
    case .role(let name): ask.role == name
    }
  }
}

extension Caller {
  /// The admin socket proves a machine's operator and no person: all of it counts as one.
  fileprivate func isSamePerson(as other: Caller) -> Bool {
    principal == other.principal || (isAdmin && other.isAdmin)
  }
}

/// A lockdown of a name that was mistyped would read as if all was safe.
private func expectKnown(
  _ range: LockdownRange, _ state: State, _ policy: Policy
) throws(Refusal) {
  let open = state.requests.values.lazy.map(\.ask)
  let (code, name, known): (Refusal.Code, String, [String])
  switch range {
  case .everything: return
  case .person(let person):
    (code, name, known) = (
      .unknownPerson, person.text,
      policy.everybody.map(\.text) + open.map(\.requester.text)
    )
  case .database(let database):
    (code, name, known) = (
      .unknownDatabase, database.text,
      policy.databases.keys.map(\.text) + open.map(\.database.text)
    )
  case .role(let role):
    (code, name, known) = (
      .unknownRole, role.text, policy.roles.keys.map(\.text) + open.map(\.role.text)
    )
  }
  guard !known.contains(name) else { return }
  throw Refusal(
    code, "neither the policy nor an open request knows \(range.words)",
    hint: offer(name, Set(known)) ?? "`jit admin lockdown` locks everything")
}
