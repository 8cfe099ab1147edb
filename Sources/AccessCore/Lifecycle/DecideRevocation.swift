func decideRelease(
  of id: RequestID, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try findOwn(id, for: caller, to: "release", state, context.policy)
  return try revoking(request, .released, reason: nil, context.now)
}

/// Never asks whether issuing is stopped: nothing stops a revocation.
func decideRevocation(
  of id: RequestID, _ reason: WrittenText?, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try find(id, for: caller, state, context.policy)
  try require(.revoke, of: caller, context.policy)
  try checkLength(reason, of: "reason")
  guard let reason, !reason.text.isEmpty else {
    throw Refusal(.usage, "a revocation needs a reason", hint: "say why with --reason")
  }
  return try revoking(request, .revoked, reason: reason.commitment, context.now)
}

private func revoking(
  _ request: Request, _ cause: Cause, reason: Commitment?, _ now: Timestamp
) throws(Refusal) -> [Event] {
  guard let grant = request.grant else {
    let act = cause == .released ? "released" : "revoked"
    throw wrongState(request, to: act, now)
  }
  switch grant.stage {
  case .activating, .active:
    let due = min(now, grant.expiresAt)
    return [.grantRevoking(request.id, GrantRevoking(cause: cause, due: due, reason: reason))]
  case .revoking, .stuck, .ended, .forgotten:
    throw wrongState(request, to: cause == .released ? "released" : "revoked", now)
  }
}
