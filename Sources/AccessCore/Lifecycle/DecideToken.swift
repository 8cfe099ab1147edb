func decideToken(
  _ id: TokenID, for user: String, _ hash: Digest, _ lifetime: TimeSpan, by caller: Caller,
  _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  try requireAdminSocket(caller)
  guard let user = Principal(user) else {
    throw Refusal(
      .usage, "“\(user.prefix(80).inert)” is not a principal",
      hint: "principals are 1 to 64 of a-z 0-9 . _ @ + -")
  }
  guard lifetime.seconds <= Limits.tokenLifetimeMax else {
    throw Refusal(.usage, "a token lasts at most 366d")
  }
  let valid = state.tokens.values.count { context.now < $0.expiresAt }
  guard valid < Limits.tokensMax else {
    throw Refusal(
      .tooMany, "there are \(Limits.tokensMax) tokens", hint: "revoke some: `jit admin token list`")
  }
  let issued = TokenIssued(
    token: id, user: user, hash: hash, expiresAt: context.now + lifetime)
  return [.tokenIssued(issued)]
}

func decideTokenRevocation(
  _ text: String, by caller: Caller, _ state: State
) throws(Refusal) -> [Event] {
  try requireAdminSocket(caller)
  guard let id = TokenID(text), state.tokens[id] != nil else {
    throw Refusal(
      .unknownToken, "there is no token \(text.prefix(80).inert)",
      hint: "see `jit admin token list`")
  }
  return [.tokenRevoked(TokenRevoked(token: id))]
}

/// Tokens speak for other people, and a backup holds the key of the ledger: no authority of the
/// policy is enough for them.
package func requireAdminSocket(_ caller: Caller) throws(Refusal) {
  guard caller.isAdmin else {
    throw Refusal(
      .notAuthorised, "this is done on the admin socket only",
      hint: "use `jit admin …` on the broker's host")
  }
}
