import AccessCore

/// What all attempts at one revocation have come to so far.
struct Reached: Sendable {
  private var sessionsEnded = 0
  private var preparedRolledBack = 0
  /// Set once the fence and zero sessions were observed.
  private var overrunMs: Int64?

  /// - Parameter obstacle: what the ledger has of earlier attempts.
  init(_ obstacle: Grant.Obstacle?) {
    guard let obstacle else { return }
    sessionsEnded = obstacle.sessionsEnded
    preparedRolledBack = obstacle.preparedRolledBack
    overrunMs = obstacle.overrunMs
  }

  /// - Parameter late: by how many milliseconds access had outlasted its time when the attempt began.
  mutating func add(_ revocation: Revocation, begunLateBy late: Int64) {
    sessionsEnded += revocation.sessionsEnded
    preparedRolledBack += revocation.preparedRolledBack
    overrunMs = overrunMs ?? revocation.sessionsGoneAfterMs.map { late + $0 }
  }

  /// What the ledger is to be told after the attempt that came last.
  func fact(of id: RequestID, _ revocation: Revocation) -> Fact {
    switch revocation.outcome {
    case .ended:
      return .ended(
        id,
        Receipt(
          sessionsEnded: sessionsEnded, preparedRolledBack: preparedRolledBack,
          objectsDropped: revocation.objectsDropped, residue: revocation.residue, verified: true,
          overrunMs: overrunMs ?? 0))
    case .stuck(let because, let note):
      return .stuck(
        id,
        Grant.Obstacle(
          because: because, fenced: revocation.fenced, note: note, overrunMs: overrunMs,
          sessionsEnded: sessionsEnded, preparedRolledBack: preparedRolledBack,
          residue: Array(revocation.residue.prefix(Limits.residueListedMax))))
    }
  }
}
