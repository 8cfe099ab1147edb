import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// Tokens: on the admin socket only.
struct TokenRoutes {
  let broker: Broker
  static let lifetimeDefault = "90d"

  func add(to router: Router<APIContext>) {
    router.post("/v1/tokens", use: create)
    router.get("/v1/tokens") { _, context in
      try jsonResponse(try await broker.tokens(for: context.caller).map { TokenView($0) })
    }
    router.post("/v1/tokens/:id/revoke") { _, context in
      let id = try context.parameters.require("id")
      return try jsonResponse(TokenView(try await broker.revokeToken(id, by: context.caller)))
    }
  }

  private func create(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let new = try await request.write(NewToken.self, by: caller).body
    guard let lifetime = TimeSpan(new.duration ?? Self.lifetimeDefault) else {
      throw Problem(
        .usage, "“\((new.duration ?? "").prefix(40).inert)” is not a duration",
        hint: "durations look like 90s, 30m, 12h or 30d")
    }
    let issued = try await broker.issueToken(for: new.user, lifetime: lifetime, by: caller)
    return try jsonResponse(
      TokenView(issued.token, text: issued.secret.reveal()), status: .created)
  }
}

extension TokenView {
  init(_ token: Token, text: String? = nil) {
    self.init(
      id: token.id.text, token: text, user: token.user.text,
      expiresAt: token.expiresAt.description)
  }
}
