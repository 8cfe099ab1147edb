import AccessAPI
import Foundation
import Glibc

/// Whom to talk to and what to show, from the environment.
struct BrokerConfiguration: Equatable {
  let address: BrokerAddress
  /// Sent as a bearer token (RFC 6750).
  let token: String?
  /// The variable that the address is from.
  let variable: String
  /// Where this user remembers what ledgers they saw; nil when there is no such place.
  let witnessMemory: WitnessMemory?

  enum Door {
    case ordinary
    /// The admin socket knows its callers by their peer credentials; no token is shown there.
    case admin
    /// For what an authority of the policy is enough for: the admin socket for root and for whoever
    /// names it in JIT_ADMIN; other people go in by the ordinary door, as themselves.
    case authority
  }

  init(
    _ door: Door, environment: [String: String] = ProcessInfo.processInfo.environment,
    isRoot: Bool = geteuid() == 0
  ) throws(Failure) {
    let standard: String
    let door = door.chosen(environment, isRoot: isRoot)
    switch door {
    case .ordinary, .authority: (variable, standard) = ("JIT_BROKER", "unix:///run/jit/jitd.sock")
    case .admin: (variable, standard) = ("JIT_ADMIN", "unix:///run/jit/admin.sock")
    }
    let named = environment[variable] ?? ""
    address = try BrokerAddress(named.isEmpty ? standard : named, variable: variable)
    switch door {
    case .ordinary, .authority: token = try environment["JIT_TOKEN"].map(checkedToken)
    case .admin: token = nil
    }
    witnessMemory = WitnessMemory(environment: environment)
  }
}

extension BrokerConfiguration.Door {
  fileprivate func chosen(_ environment: [String: String], isRoot: Bool) -> Self {
    switch self {
    case .ordinary, .admin: return self
    case .authority:
      if environment["JIT_ADMIN"]?.isEmpty == false { return .admin }
      return environment["JIT_TOKEN"] == nil && isRoot ? .admin : .ordinary
    }
  }
}

/// An empty token is refused: to go on without it would be to act as somebody else.
private func checkedToken(_ token: String) throws(Failure) -> String {
  guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
    throw Failure(
      .usage, "JIT_TOKEN is empty or holds characters that no token has",
      hint: "set it to a token, or unset it to be known by the socket")
  }
  return token
}
