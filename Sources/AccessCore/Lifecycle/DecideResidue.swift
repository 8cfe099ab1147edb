/// What somebody who runs the broker decides about what a role left behind: the intent, before
/// anything is done about it.
func decideResidue(
  of id: RequestID, _ fate: ResidueFate, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let (request, grant) = try stuck(id, to: "decided about", by: caller, state, context)
  if case .give(let role) = fate {
    guard 1...63 ~= role.utf8.count, role.utf8.allSatisfy({ $0 != 0 }) else {
      throw Refusal(.usage, "a role of PostgreSQL has a name of 1 to 63 bytes")
    }
    guard role != grant.roleName else {
      throw Refusal(.usage, "\(role) is the very role that has to go")
    }
  }
  return [.residueDecided(request.id, ResidueDecided(fate: fate))]
}

/// Looking at what a role left behind changes nothing.
func decideLookAtResidue(
  of id: RequestID, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try find(id, for: caller, state, context.policy)
  try require(.operate, of: caller, context.policy)
  guard request.grant != nil else { throw wrongState(request, to: "looked at", context.now) }
  return []
}

/// Somebody answers for it that a grant is not waited for any more.
func decideForgetting(
  _ id: RequestID, _ why: WrittenText?, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let (request, _) = try stuck(id, to: "forgotten", by: caller, state, context)
  try checkLength(why, of: "reason")
  guard let why, !why.text.isEmpty else {
    throw Refusal(.usage, "somebody has to answer for it", hint: "say why with --why")
  }
  return [.grantForgotten(request.id, GrantForgotten(why: why.commitment))]
}

private func stuck(
  _ id: RequestID, to act: String, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> (Request, Grant) {
  let request = try find(id, for: caller, state, context.policy)
  try require(.operate, of: caller, context.policy)
  guard let grant = request.grant, case .stuck = grant.stage else {
    throw wrongState(request, to: act, context.now)
  }
  return (request, grant)
}
