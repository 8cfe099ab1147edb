import AccessAPI
import Foundation

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
  }

  init(
    _ door: Door, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(Failure) {
    let standard: String
    switch door {
    case .ordinary: (variable, standard) = ("JIT_BROKER", "unix:///run/jit/jitd.sock")
    case .admin: (variable, standard) = ("JIT_ADMIN", "unix:///run/jit/admin.sock")
    }
    let named = environment[variable] ?? ""
    address = try BrokerAddress(named.isEmpty ? standard : named, variable: variable)
    switch door {
    case .ordinary: token = try environment["JIT_TOKEN"].map(checkedToken)
    case .admin: token = nil
    }
    witnessMemory = WitnessMemory(environment: environment)
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
