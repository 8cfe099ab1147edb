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
    /// About what is in the database of the policy.
    case issuing
    /// About roles and sessions, which are the server's.
    case looking, revoking
    /// What a role left behind can be held by locks and can be much: one at a time.
    case cleaning
  }

  private let server: AdminServer
  /// For people: `db1.internal:5432`.
  nonisolated var place: String { server.place }
  private let connectionsMax: Int
  private let fault: StepFaultHandler
  private var idle: [(session: AdminSession, since: ContinuousClock.Instant)] = []
  private var used: [ObjectIdentifier: (session: AdminSession, purpose: Purpose, keep: Bool)] = [:]
  /// Revocations for which the server has no connection more; the next that comes back is theirs.
  private var waitingForReturn: [CheckedContinuation<AdminSession?, Never>] = []
  private var keeper: Task<Void, Never>?
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

  deinit { keeper?.cancel() }

  /// Runs `body` on a connection of the pool, within the bounds of `AdminSession`.
  ///
  /// - Parameter systemIdentifier: the server that it must be; on any other one nothing is run.
  func run<Value: Sendable>(
    _ purpose: Purpose, on systemIdentifier: String? = nil,
    _ body: @Sendable (isolated Connection) throws -> Value
  ) async throws(ProvisioningError) -> Answer<Value> {
    try await waitForTurn(purpose)
    defer { endTurn(purpose) }
    let session = try await takeSession(for: purpose)
    do throws(Failure) {
      return try await attempt(body, in: session, purpose, of: systemIdentifier, keep: true)
    } catch {
      guard error.mayBeOfTheDoor else { throw error.error }
    }
    // Once: what is held in the catalogs of one database is free in another one, and what is the
    // server's is held there as well.
    let other = try await takeSession(for: purpose)
    do throws(Failure) {
      return try await attempt(body, in: other, purpose, of: systemIdentifier, keep: true)
    } catch {
      throw error.error
    }
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
    let session: AdminSession
    do { session = try await server.open(.only(database)) } catch {
      throw error.mayBeOfTheDatabase
        ? ProvisioningError(.refused, error.error.message) : error.error
    }
    do throws(Failure) {
      return try await attempt(
        body, in: session, purpose, of: systemIdentifier, keep: false, patience: patience)
    } catch {
      throw error.error
    }
  }

  /// Shows that the server lets us in by this very secret.
  func prove(_ secret: Secret, on systemIdentifier: String) async throws(ProvisioningError) {
    let fault = fault()
    if fault == .lostBefore { throw .lost }
    let session: AdminSession
    do { session = try await server.prove(secret) } catch { throw error.error }
    await session.connection.close()
    if fault == .lostAfter { throw .lost }
    guard session.systemIdentifier == systemIdentifier else { throw .otherServer(at: server.place) }
  }

  /// Ends everything; what is under way fails, and so does what comes later.
  func close() async {
    isClosed = true
    keeper?.cancel()
    let sessions = idle.map(\.session)
    idle = []
    refuseWaiting(.closed)
    for use in used.values { use.session.connection.sever() }
    for session in sessions { await session.connection.close() }
  }

  private struct Failure: Error {
    let error: ProvisioningError
    /// Whether the same could go well by another door.
    var mayBeOfTheDoor = false
  }

  private func attempt<Value: Sendable>(
    _ body: @Sendable (isolated Connection) throws -> Value,
    in session: AdminSession, _ purpose: Purpose, of systemIdentifier: String?, keep: Bool,
    patience: Duration? = nil
  ) async throws(Failure) -> Answer<Value> {
    let isOther = systemIdentifier.map { $0 != session.systemIdentifier } ?? false
    if isClosed || isOther {
      await session.connection.close()
      throw Failure(error: isClosed ? .closed : .otherServer(at: server.place))
    }
    let id = ObjectIdentifier(session.connection)
    used[id] = (session, purpose, keep)
    let fault = fault()
    if fault == .lostBefore { session.connection.sever() }
    var (result, isSound) = await session.run(patience: patience, body)
    if fault == .twice { (result, isSound) = await session.run(patience: patience, body) }
    if fault == .lostAfter { (result, isSound) = (.failure(ProvisioningError.lost), false) }
    used[id] = nil
    if !isSound { doubtIdle() }
    let isHeldUp = keep && isSound && purpose != .issuing && result.isHeldUp
    if isHeldUp { server.noteShut(session) }
    await giveBack(session, keep: keep && isSound && !isHeldUp)
    switch result {
    case .success(let value):
      return Answer(value: value, systemIdentifier: session.systemIdentifier)
    case .failure(let error):
      throw Failure(
        error: ProvisioningError(error, at: server.place),
        mayBeOfTheDoor: isHeldUp && !server.isBest(session))
    }
  }

  /// One was lost: the others may be, too, however short ago they were used.
  private func doubtIdle() {
    idle = idle.map { ($0.session, .now - .seconds(60)) }
  }

  private func giveBack(_ session: AdminSession, keep: Bool) async {
    if keep, !isClosed {
      if waitingForReturn.isEmpty {
        idle.append((session, .now))
      } else {
        waitingForReturn.removeFirst().resume(returning: session)
      }
      return
    }
    // Who waits for one that will not come back, goes on without.
    if !used.values.contains(where: \.keep) {
      for waiter in waitingForReturn { waiter.resume(returning: nil) }
      waitingForReturn = []
    }
    await session.connection.close()
  }

  /// The connection that was used last, or a new one.
  private func takeSession(for purpose: Purpose) async throws(ProvisioningError) -> AdminSession {
    while let (session, since) = takeIdle(for: purpose) {
      // A server that was restarted in between must not cost a call.
      if ContinuousClock.now - since < .seconds(1) { return session }
      if await isThere(session, for: purpose) { return session }
      await session.connection.close()
    }
    await makeRoom()
    do {
      return try await server.open(purpose == .issuing ? .home : .any)
    } catch {
      // Somebody else has all connections that the server gives; those that we have come back.
      if error.isFull, purpose != .issuing,
        let (session, _) = takeIdle(for: purpose, byAnyDoor: true)
      {
        return session
      }
      if error.isFull, purpose == .revoking {
        if used.values.contains(where: \.keep),
          let session = await withCheckedContinuation({ waitingForReturn.append($0) })
        {
          return session
        }
      } else {
        // Else each of them would wait for its own connection to time out, one after the other.
        refuseWaiting(error.error)
      }
      throw error.error
    }
  }

  private func isThere(_ session: AdminSession, for purpose: Purpose) async -> Bool {
    let id = ObjectIdentifier(session.connection)
    used[id] = (session, purpose, true)
    let answers = await session.answers()
    used[id] = nil
    return answers
  }

  /// What revocations need is kept in hand: nobody else takes the last one.
  private func takeIdle(
    for purpose: Purpose, byAnyDoor: Bool = false
  ) -> (session: AdminSession, since: ContinuousClock.Instant)? {
    let isKept =
      keeper != nil && idle.count == 1
      && !used.values.contains { $0.purpose == .revoking && $0.keep }
    if isKept, purpose != .revoking { return nil }
    let suitable = idle.lastIndex {
      byAnyDoor || (purpose == .issuing ? server.isHome($0.session) : server.isBest($0.session))
    }
    return suitable.map { idle.remove(at: $0) }
  }

  /// Those that came in by another door than is asked for now must not add up.
  private func makeRoom() async {
    while idle.count > 1, idle.count + used.count >= connectionsMax {
      await idle.removeFirst().session.connection.close()
    }
  }

  /// From now on there is always a connection for revocations, opened before it is needed: when
  /// strangers have taken all that the server gives, it is too late.
  func keepOneInHand() {
    guard keeper == nil, !isClosed else { return }
    keeper = Task { [weak self] in
      while !Task.isCancelled {
        await self?.lookAfterTheKeptOne()
        // Cancelled by `close`: the loop's condition ends it.
        try? await Task.sleep(for: Self.keptOneLookedAfter)
      }
    }
  }

  private static let keptOneLookedAfter = Duration.seconds(5)

  private func lookAfterTheKeptOne() async {
    while let (session, since) = idle.first,
      ContinuousClock.now - since >= Self.keptOneLookedAfter
    {
      idle.removeFirst()
      let isThere = await isThere(session, for: .revoking)
      await giveBack(session, keep: isThere)
    }
    let kept = idle.map(\.session) + used.values.filter(\.keep).map(\.session)
    guard !kept.contains(where: server.isBest), !isClosed,
      idle.isEmpty || idle.count + used.count < connectionsMax
    else { return }
    // One that cannot be opened now is tried again; whoever needs it meanwhile hears why.
    guard let session = try? await server.open(.any) else { return }
    // Other doors may have turned out to be shut: then there was one by this door before.
    let isMore = !idle.contains { $0.session.database == session.database }
    await giveBack(session, keep: isMore)
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
    for next in [Purpose.revoking, .cleaning, .looking, .issuing] {
      while hasRoom(for: next), let first = waiting.firstIndex(where: { $0.purpose == next }) {
        turns[next, default: 0] += 1
        waiting.remove(at: first).turn.resume(returning: nil)
      }
    }
  }

  private func hasRoom(for purpose: Purpose) -> Bool {
    let cleaning = turns[.cleaning, default: 0]
    let others = turns[.issuing, default: 0] + turns[.looking, default: 0] + cleaning
    let hasPlace = others + turns[.revoking, default: 0] < connectionsMax
    return switch purpose {
    case .revoking: hasPlace
    case .cleaning: hasPlace && others < connectionsMax - 1 && cleaning == 0
    case .issuing, .looking: hasPlace && others < connectionsMax - 1
    }
  }

  private func refuseWaiting(_ refusal: ProvisioningError) {
    let refused = waiting
    waiting = []
    for waiter in refused { waiter.turn.resume(returning: refusal) }
    let returns = waitingForReturn
    waitingForReturn = []
    for waiter in returns { waiter.resume(returning: nil) }
  }
}

extension Result where Failure == any Error {
  /// Whether it took too long, maybe because somebody holds what had to be looked at: the owner of a
  /// database can lock its catalogs.
  fileprivate var isHeldUp: Bool {
    guard case .failure(let error as PostgresError) = self else { return false }
    return [.lockNotAvailable, .queryCanceled].contains(error.sqlState)
  }
}

/// What a server said, and which server it was.
struct Answer<Value: Sendable>: Sendable {
  let value: Value
  let systemIdentifier: String
}
