import AccessCore
import PostgresClient

/// One attempt to end a role: what is to go, and how far it got.
///
/// The order is what makes it safe: first nobody new can come in, then those inside lose what they
/// may do, then they are thrown out, and only then does the name go, by which all of them could
/// still be found. Every step may be repeated, so an attempt that got stuck is simply made again.
struct RevocationAttempt: Sendable {
  let target: RevocationTarget
  let admins: AdminConnections
  let standbys: Standbys
  let tag: OriginTag
  private let failpoint: FailpointHandler
  let began = ContinuousClock.now

  var fenced = false
  var sessionsGoneAfterMs: Int64?
  /// Backends that were told to end, and those of them that the last look still saw.
  var terminated: Set<Int> = []
  var lingering: Set<Int> = []
  /// Sessions of roles that the holder let in; they have to go, too.
  var guests: Set<Int> = []
  /// Scopes that the role had.
  var scopesTaken: Set<String> = []
  /// Those that were told to end on standbys and did.
  var endedOnStandbys = 0
  var preparedRolledBack = 0
  var objectsDropped = 0
  /// What is left, and what the role had left behind.
  var residue: [Residue] = []
  var found: [Residue] = []
  /// What is left as it is, and in nobody's way: whose it is, nobody can tell.
  var spared: [Residue] = []
  /// Set when the role was found on another server than the one on which it was made.
  var moved: Move?
  /// What did not work and did not matter yet; it does when the role cannot be dropped.
  var notes: [String] = []

  init(
    at target: RevocationTarget, admins: AdminConnections, standbys: Standbys, tag: OriginTag,
    failpoint: @escaping FailpointHandler
  ) {
    self.target = target
    self.admins = admins
    self.standbys = standbys
    self.tag = tag
    self.failpoint = failpoint
  }

  mutating func run() async -> Revocation {
    do throws(Obstacle) {
      try await revoke()
      return revocation(.ended)
    } catch {
      let note = String(
        ([error.note] + notes).joined(separator: "; ").prefix(Limits.obstacleNoteMax))
      return revocation(.stuck(error.cause, note: note))
    }
  }

  private mutating func revoke() async throws(Obstacle) {
    let remains = try await find()
    guard let oid = remains.oid else {
      fenced = true
      sessionsGoneAfterMs = elapsedMs
      return
    }
    let server = remains.server
    if let role = remains.role {
      // Fenced or not, the scopes go at once: somebody who still got in can then do nothing.
      let unfenced = try await fence(role, on: server)
      if unfenced == nil { failpoint(.fenced) }
      try await empty(role, on: server)
      failpoint(.scopesRevoked)
      if let unfenced {
        try await terminateSessions(of: oid, on: server)
        throw unfenced
      }
    }
    fenced = true
    let onStandbys = beginStandbys(for: oid, on: server)
    try await endSessions(of: remains, oid)
    failpoint(.sessionsEnded)
    if let role = remains.role {
      try await remove(role, on: server)
      failpoint(.roleDropped)
    }
    try await verifyNothingIsLeft(of: oid, on: server)
    try await finish(onStandbys, of: oid)
    try await noteUnlistedStandbys(on: server)
    failpoint(.revocationVerified)
  }

  /// Runs `body` on a connection of the pool.
  func step<Value: Sendable>(
    on server: String? = nil,
    _ body: @Sendable (isolated Connection) throws -> Value
  ) async throws(Obstacle) -> Answer<Value> {
    do throws(ProvisioningError) {
      return try await admins.run(.revoking, on: server, body)
    } catch {
      throw Obstacle(error)
    }
  }

  var elapsedMs: Int64 {
    Int64(((ContinuousClock.now - began) / .milliseconds(1)).rounded(.up))
  }

  var sessionsEnded: Int { terminated.subtracting(lingering).count + endedOnStandbys }

  private func revocation(_ outcome: Revocation.Outcome) -> Revocation {
    Revocation(
      outcome: outcome, fenced: fenced, sessionsGoneAfterMs: sessionsGoneAfterMs,
      sessionsEnded: sessionsEnded,
      preparedRolledBack: preparedRolledBack, objectsDropped: objectsDropped,
      residue: residue + spared + [moved?.residue].compactMap(\.self), found: found)
  }
}

/// Why an attempt could not go on.
struct Obstacle: Error {
  let cause: StuckCause
  /// For people: what happened, then what to do.
  let note: String

  init(_ cause: StuckCause, _ note: String) {
    self.cause = cause
    self.note = note
  }

  init(_ error: ProvisioningError) {
    switch error.kind {
    case .unreachable: self.init(.unreachable, error.message)
    case .locked: self.init(.locked, error.message)
    case .refused, .fenced, .dangerous: self.init(.refused, error.message)
    }
  }
}
