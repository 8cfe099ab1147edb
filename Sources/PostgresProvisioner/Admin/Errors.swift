import AccessCore
import PostgresClient

extension ProvisioningError {
  /// What became of statements that were sent to `place`; an error of our own stays as it is.
  init(_ error: any Error, at place: String) {
    switch error {
    case let own as ProvisioningError: self = own
    case let error as PostgresError where error.kind == .unreachable:
      self.init(
        .unreachable, "the connection to \(place) broke: \(error); see that the server runs")
    case let error as PostgresError where error.isHeld:
      self.init(.locked, "at \(place) somebody else holds what was to be changed: \(error)")
    default: self.init(.refused, "\(place) refused: \(error)")
    }
  }

  static func otherServer(at place: String) -> ProvisioningError {
    ProvisioningError(
      .unreachable,
      """
      another server answers at \(place) than the one on which the role was made \
      (its system_identifier differs); bring the right one back, or correct the address
      """)
  }

  static let closed = ProvisioningError(
    .unreachable, "the connections to this database were closed; the broker is stopping")
}

extension PostgresError {
  /// Whether somebody else was in the way, and may be gone the next time. XX000 is "tuple concurrently
  /// updated" or "deleted": catalogs have no better answer to two changes at once.
  var isHeld: Bool {
    guard case .server(let state) = kind else { return false }
    return [.lockNotAvailable, .deadlockDetected, .internalError].contains(state)
  }
}
