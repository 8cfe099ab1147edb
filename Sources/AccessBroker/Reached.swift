import AccessCore

/// What all attempts at one revocation have come to so far.
struct Reached: Sendable {
  private var sessionsEnded = 0
  private var preparedRolledBack = 0
  private var objectsDropped = 0
  /// Set once the fence and zero sessions were observed.
  private var overrunMs: Int64?
  private var leftBehind: [Residue]

  /// - Parameter grant: with what the ledger has of earlier attempts.
  init(_ grant: Grant) {
    leftBehind = grant.found
    guard let obstacle = grant.obstacle else { return }
    sessionsEnded = obstacle.sessionsEnded
    preparedRolledBack = obstacle.preparedRolledBack
    objectsDropped = obstacle.objectsDropped
    overrunMs = obstacle.overrunMs
  }

  /// - Parameter late: by how many milliseconds access had outlasted its time when the attempt began.
  mutating func add(_ revocation: Revocation, begunLateBy late: Int64) {
    sessionsEnded += revocation.sessionsEnded
    preparedRolledBack += revocation.preparedRolledBack
    objectsDropped += revocation.objectsDropped
    leftBehind = leftBehind.adding(revocation.found)
    overrunMs = overrunMs ?? revocation.sessionsGoneAfterMs.map { late + $0 }
  }

  /// What the ledger is to be told after the attempt that came last.
  func facts(of id: RequestID, _ revocation: Revocation) -> [Fact] {
    [.residue(id, leftBehind), outcome(of: id, revocation)]
  }

  private func outcome(of id: RequestID, _ revocation: Revocation) -> Fact {
    switch revocation.outcome {
    case .ended:
      return .ended(
        id,
        Receipt(
          sessionsEnded: sessionsEnded, preparedRolledBack: preparedRolledBack,
          objectsDropped: objectsDropped, residue: (leftBehind + revocation.residue).listed,
          verified: true,
          overrunMs: overrunMs ?? 0))
    case .stuck(let because, let note):
      return .stuck(
        id,
        Grant.Obstacle(
          because: because, fenced: revocation.fenced, note: note, overrunMs: overrunMs,
          sessionsEnded: sessionsEnded, preparedRolledBack: preparedRolledBack,
          objectsDropped: objectsDropped, residue: revocation.residue.listed))
    }
  }
}
