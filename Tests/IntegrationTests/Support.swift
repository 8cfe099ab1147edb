import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

/// What the people of the story do, for tests that are about something else.
extension LiveBroker {
  /// Alice asks.
  func ask(
    for duration: String = "30m", reason: String = "INC-42 unstick orders"
  ) async throws -> RequestView {
    try await jit(
      as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", duration,
      "--reason", reason, "-o", "json"
    ).json()
  }

  /// Alice asks and bob approves; the request's id.
  func approved(for duration: String = "30m") async throws -> String {
    let id = try await ask(for: duration).id
    try await jit(as: "bob", "approve", id).succeeded()
    return id
  }

  /// Alice activates, or asks for a new password.
  @discardableResult
  func credentials(_ id: String) async throws -> CredentialsView {
    try await jit(as: "alice", "credentials", id, "--format", "json").json()
  }

  /// Alice asks for more of her grant; the id of that request.
  func extend(_ id: String, by duration: String) async throws -> String {
    let more: RequestView = try await jit(
      as: "alice", "extend", id, "--for", duration, "--reason", "INC-42 not done", "-o", "json"
    ).json()
    return more.id
  }

  /// Alice activates and logs in.
  func session(_ id: String) async throws -> Connection {
    let credentials = try await credentials(id)
    return try await database.login(
      user: credentials.user, password: #require(credentials.password))
  }

  /// The request as audrey sees it.
  func show(_ id: String) async throws -> RequestView {
    try await jit(as: "audrey", "show", id, "-o", "json").json()
  }

  func grant(_ id: String) async throws -> GrantView {
    try #require(try await show(id).grant)
  }

  func waitUntil(_ id: String, is state: String, within limit: Duration) async throws {
    try await eventually("the grant of \(id) is \(state)", within: limit) {
      try await show(id).grant?.state == state
    }
  }

  /// Waits until the grant has ended, and checks that nothing is left of it.
  @discardableResult
  func expectEnded(_ id: String, cause: Cause, within limit: Duration) async throws -> ReceiptView {
    try await waitUntil(id, is: "ended", within: limit)
    let grant = try await grant(id)
    #expect(grant.cause == cause.rawValue)
    #expect(try await database.roles(of: id) == [])
    let receipt = try #require(grant.receipt)
    #expect(receipt.verified)
    #expect(receipt.residue == [])
    return receipt
  }
}

extension LiveRun {
  /// What a command that refuses looks like: the reason on stderr, nothing on stdout.
  func expectRefused(
    _ status: Int32, saying words: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let comment = Comment(rawValue: description)
    #expect(self.status == status, comment, sourceLocation: sourceLocation)
    #expect(stdout.isEmpty, comment, sourceLocation: sourceLocation)
    #expect(stderr.hasPrefix("error: "), comment, sourceLocation: sourceLocation)
    #expect(words.isEmpty || stderr.contains(words), comment, sourceLocation: sourceLocation)
  }
}
