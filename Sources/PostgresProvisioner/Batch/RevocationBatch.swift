import AccessCore
import PostgresClient

/// One attempt to end many roles of one server together: the order and the rules of
/// `RevocationAttempt`, with one round trip for each step of all of them.
///
/// It is for the quiet ones. A role with which anything is unusual is set aside, as it is by then,
/// and wants an attempt of its own; it holds up the others for a moment only.
struct RevocationBatch {
  let admins: AdminConnections
  let standbys: Standbys
  let tag: OriginTag
  let failpoint: FailpointHandler
  let began = ContinuousClock.now

  /// What became of each of the targets, in their order.
  var members: [Member]
  /// Of the members, those that still go together.
  var going: [Int] = []

  struct Member: Sendable {
    let target: RevocationTarget
    /// Nil until it was found, and when it is gone.
    var role: RoleRecord?
    var isFenced = false
    /// Backends that were told to end, and those of them that the last look still saw.
    var terminated: Set<Int> = []
    var lingering: Set<Int> = []
    var emptyLooks = 0
    var endedOnStandbys = 0
    var residue: [Residue] = []
    var sessionsGoneAfterMs: Int64?
    var outcome: Revocation.Outcome?
  }

  init(
    of targets: [RevocationTarget], admins: AdminConnections, standbys: Standbys, tag: OriginTag,
    failpoint: @escaping FailpointHandler
  ) {
    (self.admins, self.standbys) = (admins, standbys)
    (self.tag, self.failpoint) = (tag, failpoint)
    members = targets.map { Member(target: $0) }
  }

  mutating func run() async -> [Revocation] {
    guard let server = members.lazy.compactMap(\.target.identity).first?.systemIdentifier else {
      setAside(members.indices, "nobody knows their OIDs")
      return members.map(\.revocation)
    }
    going = members.indices.filter { members[$0].target.identity?.systemIdentifier == server }
    setAside(Set(members.indices).subtracting(going), "not of the batch's server, or of none")
    do throws(Obstacle) { try await revoke(on: server) } catch {
      for index in going { end(index, .stuck(error.cause, note: error.note)) }
    }
    return members.map(\.revocation)
  }

  private mutating func revoke(on server: String) async throws(Obstacle) {
    let scopes = try await find(on: server)
    if going.isEmpty { return }
    try await fence(on: server)
    failpoint(.fenced)
    let onStandbys = beginStandbys(on: server)
    try await empty(scopes, on: server)
    failpoint(.scopesRevoked)
    try await endSessions(on: server)
    failpoint(.sessionsEnded)
    try await setAsideWhoLeftSomething(on: server)
    try await drop(on: server)
    failpoint(.roleDropped)
    try await verifyNothingIsLeft(on: server)
    await finish(onStandbys)
    try await noteUnlistedStandbys(on: server)
    failpoint(.revocationVerified)
    for index in going { end(index, .ended) }
  }

  // MARK: - Members

  /// The OIDs of those that still go together.
  var oids: [UInt32] { going.map { members[$0].oid } }

  /// Those whose role is there.
  var roles: [(index: Int, role: RoleRecord)] {
    going.compactMap { index in members[index].role.map { (index, $0) } }
  }

  mutating func setAside(_ indices: some Sequence<Int>, _ why: String) {
    for index in indices { end(index, .stuck(.locked, note: why)) }
  }

  mutating func end(_ index: Int, _ outcome: Revocation.Outcome) {
    members[index].outcome = members[index].outcome ?? outcome
    going.removeAll { $0 == index }
  }

  // MARK: - Steps

  /// Runs `body` on a connection of the pool.
  func step<Value: Sendable>(
    on server: String, _ body: @Sendable (isolated Connection) throws -> Value
  ) async throws(Obstacle) -> Value {
    do throws(ProvisioningError) {
      return try await admins.run(.revoking, on: server, body).value
    } catch {
      throw Obstacle(error)
    }
  }

  /// Makes one change to all roles, in one transaction; sets aside those that are in the way of it.
  ///
  /// - Parameters:
  ///   - first: what the transaction begins with; at least its lock timeout.
  ///   - waitsMax: for how many that somebody holds the others may wait, each time for the lock
  ///     timeout, before all get an attempt of their own. A number, not a time: on a busy machine
  ///     the others are to be fenced together as well.
  mutating func changeAll(
    on server: String, first: Statement, waitsMax: Int = 0,
    _ statements: @escaping @Sendable (isolated Connection, RoleRecord) throws -> [Statement]
  ) async throws(Obstacle) {
    var waits = 0
    while true {
      let all = roles
      if all.isEmpty { return }
      let refused = try await step(on: server) { connection in
        try connection.together(first, try all.map { try statements(connection, $0.role) })
      }
      guard let refused else { return }
      if refused.hasWaited { waits += 1 }
      if let place = refused.place, waits <= waitsMax {
        setAside([all[place].index], refused.reason)
      } else {
        setAside(all.map(\.index), refused.reason)
      }
    }
  }

  var elapsedMs: Int64 {
    Int64(((ContinuousClock.now - began) / .milliseconds(1)).rounded(.up))
  }
}

extension RevocationBatch.Member {
  /// 0, which no role has, when nobody knows it.
  var oid: UInt32 { target.identity?.oid ?? 0 }

  var revocation: Revocation {
    Revocation(
      outcome: outcome ?? .stuck(.locked, note: "it was not its turn"), fenced: isFenced,
      sessionsGoneAfterMs: sessionsGoneAfterMs,
      sessionsEnded: terminated.subtracting(lingering).count + endedOnStandbys, residue: residue)
  }
}

/// A transaction that the server refused.
private struct Refused: Sendable {
  /// Whose statement it was.
  let place: Int?
  let reason: String
  /// Somebody else holds what it would have changed.
  let hasWaited: Bool
}

extension Connection {
  /// Runs all groups of statements in one round trip and one transaction; nil when all went well.
  fileprivate func together(
    _ first: Statement, _ groups: [[Statement]]
  ) throws(PostgresError) -> Refused? {
    do throws(PostgresError) {
      _ = try pipeline([first] + groups.flatMap(\.self))
      return nil
    } catch {
      guard case .server = error.kind else { throw error }
      let places = groups.enumerated().flatMap { place, group in group.map { _ in place } }
      let failed = error.failedStatement.map { $0 - 1 }
      return Refused(
        place: failed.flatMap { places.indices.contains($0) ? places[$0] : nil },
        reason: "\(error)", hasWaited: error.sqlState == .lockNotAvailable)
    }
  }
}
