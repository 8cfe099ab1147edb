import AccessCore
import PostgresClient
import Threads

extension RevocationAttempt {
  /// Ends every session of the role, those included that do not show yet.
  ///
  /// A backend that passed the check of LOGIN before the fence can take its time until it shows as
  /// a session of the role (`post_auth_delay` in the client's options: over half an hour). So all
  /// backends that were starting when the fence stood are watched until they have become
  /// somebody's session, are gone, or have turned out to be another role's.
  mutating func endSessions(of remains: Remains, _ oid: UInt32) async throws(Obstacle) {
    let server = remains.server
    let watch = ContinuousClock.now
    var suspects: Set<Int>?
    var (looks, emptyLooks) = (0, 0)
    while true {
      let mayBeStarting = suspects?.isEmpty != true
      let starting = try await terminateSessions(of: oid, on: server, orStarting: mayBeStarting)
      var suspected = suspects?.intersection(starting) ?? starting
      let elapsed = ContinuousClock.now - watch
      if elapsed > .milliseconds(50), !suspected.isEmpty {
        suspected = try await sift(suspected, of: remains.role, after: elapsed, on: server)
      }
      suspects = suspected
      // Two looks: activity and locks are not read at one moment, and a backend may have gone over
      // from the one to the other between the two readings.
      emptyLooks = lingering.isEmpty && suspected.isEmpty ? emptyLooks + 1 : 0
      if emptyLooks == 2 { break }
      if elapsed > .seconds(5) {
        let pids = lingering.union(suspected).sorted().map(String.init).joined(separator: ", ")
        throw Obstacle(
          .locked, "backends did not end within 5 s: \(pids); see what they wait for")
      }
      // Many of these run side by side, and each look costs the server what a small query costs.
      looks += 1
      await pause(.milliseconds(emptyLooks == 1 ? 5 : min(25, 5 * looks)))
    }
    sessionsGoneAfterMs = elapsedMs
  }

  /// Tells all sessions to end, and hands back the backends that are just starting; none, where the
  /// caller knows that nobody is who could matter.
  @discardableResult
  mutating func terminateSessions(
    of oid: UInt32, on server: String, orStarting: Bool = true
  ) async throws(Obstacle) -> Set<Int> {
    let guests = guests
    let look = try await step(on: server) { connection in
      try connection.look(terminating: oid, and: guests, orStarting: orStarting)
    }.value
    terminated.formUnion(look.sessions)
    lingering = look.sessions
    return look.starting
  }

  /// Ends those of the starting backends that are the role's, and hands them back.
  ///
  /// The catalogs do not tell whose a starting backend is, but the server does when it is asked to
  /// end one: a role that is not in `pg_signal_backend` may end its own only. What is refused is
  /// another role's, or has not come to the check of LOGIN yet and will not pass it. When the role
  /// is gone, nobody can ask in its name; then whatever is still starting after a second is ended.
  private mutating func sift(
    _ suspects: Set<Int>, of role: RoleRecord?, after elapsed: Duration, on server: String
  ) async throws(Obstacle) -> Set<Int> {
    let ended: Set<Int>
    if let role {
      ended = try await step(on: server) { try $0.terminate(suspects, as: role.name) }.value
    } else if elapsed > .seconds(1) {
      ended = try await step(on: server) { connection in
        try suspects.filter { try connection.terminate($0) }
      }.value
    } else {
      return suspects
    }
    terminated.formUnion(ended)
    return ended
  }
}

/// Backends by process id.
struct Look: Sendable {
  let starting: Set<Int>
  let sessions: Set<Int>
}

extension Connection {
  func look(
    terminating oid: UInt32, and guests: Set<Int>, orStarting: Bool
  ) throws(PostgresError) -> Look {
    let sessions = Statement.terminateSessions(of: oid, and: guests)
    guard orStarting else { return Look(starting: [], sessions: try pids(try query(sessions))) }
    let answers = try pipeline([.startingBackends, sessions])
    return Look(starting: try pids(answers[0]), sessions: try pids(answers[1]))
  }

  /// Ends those backends that belong to the role; hands them back.
  ///
  /// A GRANT while somebody else drops the role (a broker beside `jitd reap`) could leave a
  /// membership in nothing, which only a superuser can remove. In one transaction with a change to
  /// the role it cannot: the change waits for the DROP, or the DROP for the change.
  func terminate(_ pids: Set<Int>, as role: String) throws(PostgresError) -> Set<Int> {
    let statements = try RoleStatements(role, on: self)
    _ = try pipeline([Statement(statements.fence), Statement(statements.takeOver)])
    var ended: Set<Int> = []
    for pid in pids where try terminate(pid, as: role) { ended.insert(pid) }
    try execute(statements.giveBack)
    return ended
  }

  private func terminate(_ pid: Int, as role: String) throws(PostgresError) -> Bool {
    do throws(PostgresError) {
      return try pipeline([.become(role), .terminate(pid)])[1][0].bool("was_there")
    } catch {
      // To be refused the role itself would say nothing about the backend.
      guard error.sqlState == .insufficientPrivilege, error.failedStatement == 1 else {
        throw error
      }
      return false
    }
  }
}

func pids(_ rows: Rows) throws(PostgresError) -> Set<Int> {
  var pids: Set<Int> = []
  for row in rows { pids.insert(try row.int("pid")) }
  return pids
}
