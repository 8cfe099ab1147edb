import AccessCore
import PostgresClient
import Threads

/// The few connections that the broker's admin login has to one server, opened when needed and
/// used again.
///
/// Whoever wants one waits for its turn. Activations never take the last one, and revocations go
/// first: making a role costs the server milliseconds of SCRAM each, and nobody's revocation is to
/// wait for a row of those. A call may hold a connection for one round of statements only, so that
/// the pauses of a long revocation hold up nobody either.
actor AdminConnections {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  enum Purpose: Hashable, Sendable {
    case issuing, revoking
    /// What a role left behind can be held by locks and can be much: one at a time.
    case cleaning
  }

  private let server: AdminServer
  private let connectionsMax: Int
  private let fault: StepFaultHandler
  private var idle: [(session: AdminSession, since: ContinuousClock.Instant)] = []
  private var used: [ObjectIdentifier: AdminSession] = [:]
  private var turns: [Purpose: Int] = [:]
  private var waiting: [Waiter] = []
  private var isClosed = false

  private struct Waiter {
    let purpose: Purpose
    let turn: CheckedContinuation<ProvisioningError?, Never>
  }

  /// - Parameter connectionsMax: at least 2, one of them for revocations.
  init(
    to server: AdminServer, connectionsMax: Int, fault: @escaping StepFaultHandler = { nil }
  ) {
    precondition(connectionsMax >= 2, "one connection is kept for revocations")
    self.server = server
    self.connectionsMax = connectionsMax
    self.fault = fault
  }

  /// Runs `body` on a connection of the pool, within the bounds of `AdminSession`.
  ///
  /// - Parameter systemIdentifier: the server that it must be; on any other one nothing is run.
  func run<Value: Sendable>(
    _ purpose: Purpose, on systemIdentifier: String? = nil,
    _ body: @Sendable (isolated Connection) throws -> Value
  ) async throws(ProvisioningError) -> Answer<Value> {
    try await waitForTurn(purpose)
    defer { endTurn(purpose) }
    return try await run(body, in: try await takeSession(), of: systemIdentifier, keep: true)
  }

  /// Runs `body` on a connection of its own to another database, closed afterwards: what it does
  /// to its session touches nobody else.
  ///
  /// - Parameter patience: nil for what is usual.
  func run<Value: Sendable>(
    _ purpose: Purpose, on systemIdentifier: String, apartIn database: String,
    patience: Duration? = nil,
    _ body: @Sendable (isolated Connection) throws -> Value
  ) async throws(ProvisioningError) -> Answer<Value> {
    try await waitForTurn(purpose)
    defer { endTurn(purpose) }
    let session = try await server.open(database: database)
    return try await run(
      body, in: session, of: systemIdentifier, keep: false, patience: patience)
  }

  /// Shows that the server lets us in by this very secret.
  func prove(_ secret: Secret, on systemIdentifier: String) async throws(ProvisioningError) {
    let fault = fault()
    if fault == .lostBefore { throw .lost }
    let session = try await server.prove(secret)
    await session.connection.close()
    if fault == .lostAfter { throw .lost }
    guard session.systemIdentifier == systemIdentifier else { throw .otherServer(at: server.place) }
  }

  /// Ends everything; what is under way fails, and so does what comes later.
  func close() async {
    isClosed = true
    let sessions = idle.map(\.session)
    idle = []
    refuseWaiting(.closed)
    for session in used.values { session.connection.sever() }
    for session in sessions { await session.connection.close() }
  }

  private func run<Value: Sendable>(
    _ body: @Sendable (isolated Connection) throws -> Value,
    in session: AdminSession, of systemIdentifier: String?, keep: Bool,
    patience: Duration? = nil
  ) async throws(ProvisioningError) -> Answer<Value> {
    let isOther = systemIdentifier.map { $0 != session.systemIdentifier } ?? false
    if isClosed || isOther {
      await session.connection.close()
      throw isClosed ? .closed : .otherServer(at: server.place)
    }
    let id = ObjectIdentifier(session.connection)
    used[id] = session
    let fault = fault()
    if fault == .lostBefore { session.connection.sever() }
    var (result, isSound) = await session.run(patience: patience, body)
    if fault == .twice { (result, isSound) = await session.run(patience: patience, body) }
    if fault == .lostAfter { (result, isSound) = (.failure(ProvisioningError.lost), false) }
    used[id] = nil
    if keep, isSound, !isClosed {
      idle.append((session, .now))
    } else {
      await session.connection.close()
    }
    switch result {
    case .success(let value):
      return Answer(value: value, systemIdentifier: session.systemIdentifier)
    case .failure(let error): throw ProvisioningError(error, at: server.place)
    }
  }

  /// The connection that was used last, or a new one.
  private func takeSession() async throws(ProvisioningError) -> AdminSession {
    while let (session, since) = idle.popLast() {
      // A server that was restarted in between must not cost a call.
      if ContinuousClock.now - since < .seconds(1) { return session }
      if await session.answers() { return session }
      await session.connection.close()
    }
    do {
      return try await server.open()
    } catch {
      // Else each of them would wait for its own connection to time out, one after the other.
      refuseWaiting(error)
      throw error
    }
  }

  private func waitForTurn(_ purpose: Purpose) async throws(ProvisioningError) {
    if isClosed { throw .closed }
    if hasRoom(for: purpose) {
      turns[purpose, default: 0] += 1
      return
    }
    let refusal = await withCheckedContinuation { turn in
      waiting.append(Waiter(purpose: purpose, turn: turn))
    }
    if let refusal { throw refusal }
  }

  private func endTurn(_ purpose: Purpose) {
    turns[purpose, default: 0] -= 1
    for next in [Purpose.revoking, .cleaning, .issuing] {
      while hasRoom(for: next), let first = waiting.firstIndex(where: { $0.purpose == next }) {
        turns[next, default: 0] += 1
        waiting.remove(at: first).turn.resume(returning: nil)
      }
    }
  }

  private func hasRoom(for purpose: Purpose) -> Bool {
    let cleaning = turns[.cleaning, default: 0]
    let others = turns[.issuing, default: 0] + cleaning
    let hasPlace = others + turns[.revoking, default: 0] < connectionsMax
    return switch purpose {
    case .revoking: hasPlace
    case .cleaning: hasPlace && others < connectionsMax - 1 && cleaning == 0
    case .issuing: hasPlace && others < connectionsMax - 1
    }
  }

  private func refuseWaiting(_ refusal: ProvisioningError) {
    let refused = waiting
    waiting = []
    for waiter in refused { waiter.turn.resume(returning: refusal) }
  }
}

/// What a server said, and which server it was.
struct Answer<Value: Sendable>: Sendable {
  let value: Value
  let systemIdentifier: String
}
