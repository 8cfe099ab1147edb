import AccessCore
import Ledger

extension Broker {
  /// Makes a token: 256 random bits, shown to the caller once and kept as a hash.
  package func issueToken(
    for user: String, lifetime: TimeSpan, by caller: Caller
  ) async throws(Refusal) -> (token: Token, secret: Secret) {
    var generator = SystemRandomNumberGenerator()
    let text = "jit_" + randomBytes(32).hex
    let id = TokenID(bits: generator.next())
    let hash = sha256(Array(text.utf8))
    let outcome = try await submit(
      .issueToken(id, user: user, hash: hash, lifetime: lifetime), by: caller)
    guard let token = outcome.state.tokens[id] else {
      throw Refusal(.unknownToken, "the token was revoked at once")
    }
    return (token, Secret(text))
  }

  /// Those that are good for something still.
  package func tokens(for caller: Caller) async throws(Refusal) -> [Token] {
    try requireAdminSocket(caller)
    let now = clocks.wall()
    return ledger.state.tokens.values.filter { now < $0.expiresAt }
      .sorted { ($0.issuedAt, $0.id) < ($1.issuedAt, $1.id) }
  }

  package func revokeToken(_ id: String, by caller: Caller) async throws(Refusal) -> Token {
    let known = ledger.state.tokens
    _ = try await submit(.revokeToken(id), by: caller)
    guard let token = TokenID(id).flatMap({ known[$0] }) else {
      throw Refusal(.unknownToken, "there is no token \(id.inert)")
    }
    return token
  }

  /// Who presented the token; nil for one that is unknown, revoked or expired.
  package func caller(presenting token: String) async -> Caller? {
    // What is compared is a hash of 256 random bits, so its timing tells nothing.
    let hash = sha256(Array(token.utf8))
    guard
      let known = ledger.state.token(hash: hash), clocks.wall() < known.expiresAt
    else { return nil }
    return Caller(principal: known.user, proof: .token(known.id))
  }
}
