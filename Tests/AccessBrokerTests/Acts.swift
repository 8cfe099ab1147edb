import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker
@testable import Ledger

/// What people do, in few words.
extension TestBroker {
  /// Asks for access; answers the id.
  @discardableResult
  func ask(
    _ who: String = "alice", _ role: String = "read", on database: String = "orders_PROD",
    for duration: String = "10m", key: IdempotencyKey? = nil
  ) async throws -> RequestID {
    let submission = Submission(
      database: database, role: role, duration: duration, reason: broker.written("INC-1"))
    return try await broker.request(submission, by: person(who), idempotency: key).id
  }

  @discardableResult
  func approve(_ id: RequestID, by who: String = "dana") async throws -> Request {
    try await broker.review(
      id, ReviewSubmission(verdict: .approve), by: person(who), idempotency: nil)
  }

  func deny(_ id: RequestID, by who: String = "dana") async throws {
    let review = ReviewSubmission(verdict: .deny, comment: broker.written("no"))
    _ = try await broker.review(id, review, by: person(who), idempotency: nil)
  }

  @discardableResult
  func activate(
    _ id: RequestID, by who: String = "alice", key: IdempotencyKey? = nil
  ) async throws -> Credentials {
    try await broker.activate(id, by: person(who), idempotency: key)
  }

  /// A grant that is active now.
  @discardableResult
  func active(
    _ who: String = "alice", on database: String = "orders_PROD", for duration: String = "10m"
  ) async throws -> RequestID {
    let id = try await ask(who, on: database, for: duration)
    try await activate(id, by: who)
    return id
  }

  /// The word that ends a grant, without waiting for the end.
  @discardableResult
  func sayRevoke(_ id: RequestID, by who: String = "sam") async throws -> Outcome {
    let reason = broker.written("leak")
    return try await broker.submit(
      .revoke(id, reason: reason), by: person(who), written: [reason].compactMap { $0 })
  }

  @discardableResult
  func sayRelease(_ id: RequestID, by who: String = "alice") async throws -> Outcome {
    try await broker.submit(.release(id), by: person(who))
  }
}

/// What has become of it.
extension TestBroker {
  /// In one word: of the request, or once there is a grant, of that.
  func state(_ id: RequestID) async throws -> String {
    switch try await ledger.request(id)?.stage {
    case nil: "unknown"
    case .pending: "pending"
    case .approved: "approved"
    case .denied: "denied"
    case .cancelled: "cancelled"
    case .lapsed: "lapsed"
    case .extended: "extended"
    case .granted(_, let grant):
      switch grant.stage {
      case .activating: "activating"
      case .active: "active"
      case .revoking: "revoking"
      case .stuck: "stuck"
      case .ended: "ended"
      case .forgotten: "forgotten"
      }
    }
  }

  func ended(_ id: RequestID) async throws -> GrantEnded? {
    for entry in try await entries() {
      if case .grantEnded(id, let ended) = entry.event { return ended }
    }
    return nil
  }

  /// All entries that are on disk now.
  func entries() async throws -> [Entry] { try await journal.entries() }

  func count(_ kind: EventKind) async throws -> Int {
    try await entries().count { $0.event.kind == kind }
  }

  func role(_ id: RequestID, of who: String = "alice") -> String {
    grantRoleName(user: name(who), id: id)
  }

  /// Lets the loop take turns until the condition holds.
  func turn(
    until what: String, _ condition: @Sendable () async throws -> Bool
  ) async throws {
    try await eventually(what) {
      _ = await loop.turn()
      return try await condition()
    }
  }

  func turnUntilEnded(_ ids: RequestID...) async throws {
    for id in ids { try await turn(until: "\(id) has ended") { try await state(id) == "ended" } }
  }
}

/// Expects a refusal with the code.
func expectRefusal(
  _ code: Refusal.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> some Any
) async {
  let refusal = await #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
    _ = try await body()
  }
  #expect(refusal?.code == code, sourceLocation: sourceLocation)
}
