import AccessCore

/// What a test lets happen to one round of statements, to see that an operation that is cut off or
/// repeated there ends in nothing or in the same thing.
package enum StepFault: Sendable, CaseIterable {
  /// The connection breaks before the server has seen it.
  case lostBefore
  /// The server has done it, and the reply is lost.
  case lostAfter
  /// It is sent once more.
  case twice
}

/// Asked before each round; nil outside of tests.
package typealias StepFaultHandler = @Sendable () -> StepFault?

extension ProvisioningError {
  static let lost = ProvisioningError(.unreachable, "the reply was lost")
}
