import AccessCore
import Testing

/// What a holder, or somebody else, does before the end of a grant, and what has to be so after it.
struct Scenario: Sendable, CustomTestStringConvertible {
  /// How it ends without anybody's help.
  enum End: Equatable, Sendable {
    case ended
    case stuck(StuckCause)
  }

  typealias Check = @Sendable (Ending) async throws -> Void

  let name: String
  /// On the others the server lets nobody do this.
  var versions = 14...18
  /// On a server of its own: whoever revokes looks at every login that is starting, and waits for
  /// it.
  var isAlone = false
  var policy = ResiduePolicy.keep
  var end = End.ended
  /// Hands back what is looked at afterwards, over and above what is looked at after all of them.
  let act: @Sendable (Stage) async throws -> Check

  var testDescription: String { name }

  static let all = logins + sessions + things + neighbours
}

/// What all attempts together came to, as the broker makes them: it looks, and writes down what it
/// sees, before anything goes.
struct Ending: Sendable {
  let all: [Revocation]
  private(set) var last: Revocation
  private(set) var found: [Residue]
  private(set) var sessionsEnded: Int
  private(set) var preparedRolledBack: Int
  private(set) var objectsDropped: Int

  init(_ revocations: [Revocation]) {
    all = revocations
    last = revocations[revocations.count - 1]
    found = revocations.reduce([]) { $0.adding($1.found) }
    sessionsEnded = revocations.map(\.sessionsEnded).reduce(0, +)
    preparedRolledBack = revocations.map(\.preparedRolledBack).reduce(0, +)
    objectsDropped = revocations.map(\.objectsDropped).reduce(0, +)
  }

  var end: Scenario.End {
    switch last.outcome {
    case .ended: .ended
    case .stuck(let cause, _): .stuck(cause)
    }
  }

  /// The notes of what is left, or was found, of this kind.
  func notes(on kind: String, in things: [Residue]) -> [String] {
    things.filter { $0.kind == kind }.map { $0.note ?? "" }
  }
}
