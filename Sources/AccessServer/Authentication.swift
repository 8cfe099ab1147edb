import AccessAPI
import AccessBroker
import AccessCore
import Glibc
import Hummingbird

/// Which socket a server listens on, and so how callers prove who they are.
package enum Entrance: Sendable {
  /// Anybody on the host, as their OS user, or whom a token names.
  case ordinary
  /// Root and the daemon's own user, as operators.
  case admin
}

/// Finds out who is asking; nobody gets past it unknown.
struct Authentication: RouterMiddleware {
  let broker: Broker
  let entrance: Entrance

  func handle(
    _ request: Request, context: APIContext,
    next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.authenticated = try await caller(request, context)
    return try await next(request, context)
  }

  /// A presented token decides; there is no fallback to the OS user.
  private func caller(_ request: Request, _ context: APIContext) async throws -> Caller {
    if let presented = request.headers[.authorization] {
      guard
        case .ordinary = entrance, presented.lowercased().hasPrefix("bearer "),
        let caller = await broker.caller(presenting: String(presented.dropFirst(7)))
      else {
        throw Problem(
          .unauthenticated, "the token is not valid",
          hint: "it may have expired: ask an operator for a new one, or unset JIT_TOKEN")
      }
      return caller
    }
    guard let peer = try await PeerCredentials.read(from: context.channel).get() else {
      throw Problem(.unauthenticated, "no token was presented", hint: "set JIT_TOKEN")
    }
    guard let principal = peer.principal else {
      throw Problem(
        .unauthenticated, "the OS user with uid \(peer.uid) is nobody that can be named",
        hint: "use a user of this host, or a token in JIT_TOKEN")
    }
    switch entrance {
    case .ordinary: return Caller(principal: principal, proof: .peer(uid: peer.uid))
    case .admin:
      guard peer.uid == 0 || peer.uid == geteuid() else {
        throw Problem(
          .unauthenticated, "the admin socket is for root and the daemon's own user",
          hint: "use sudo")
      }
      return Caller(principal: principal, proof: .admin(uid: peer.uid))
    }
  }
}
