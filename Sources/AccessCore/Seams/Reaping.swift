/// The dead man's switch of one server: it needs no ledger, because the roles themselves say whose
/// they are and until when.
package protocol Reaping: Sendable {
  /// Roles of ours, of whatever epoch, whose time is over by the server's clock, fenced ones included.
  func overdue() async throws(ProvisioningError) -> [RoleIdentity]

  /// Fences the role, if it is overdue still, and ends its sessions. It drops nothing: that, and the
  /// receipt, is the broker's.
  func cutOff(_ role: RoleIdentity) async -> CutOff

  /// Closes the connections; an operation under way ends with an error.
  func close() async
}

/// What became of one overdue role.
package struct CutOff: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    /// It cannot log in, and no session of it was left; both were looked at.
    case done
    /// It is gone meanwhile, or its time was moved.
    case notOverdue
    /// Why it may still have sessions, or get some.
    case failed(String)
  }

  package let outcome: Outcome
  package let sessionsEnded: Int

  package init(_ outcome: Outcome, sessionsEnded: Int = 0) {
    self.outcome = outcome
    self.sessionsEnded = sessionsEnded
  }
}
