import AccessCore
import PostgresClient
import Threads

extension RevocationAttempt {
  /// Ends every session of the role, those included that do not show yet.
  ///
  /// A backend that passed the check of LOGIN before the fence can take its time until it shows as
  /// a session of the role (`post_auth_delay` in the client's options: over half an hour). So all
  /// backends that were starting when the fence stood are watched, and the server is asked whether
  /// they are the role's. Others may stall for as long as they like: nobody waits for them.
  mutating func endSessions(of remains: Remains, _ oid: UInt32) async throws(Obstacle) {
    let server = remains.server
    let watch = ContinuousClock.now
    var suspects: Set<Int>?
    var (looks, emptyLooks) = (0, 0)
    while true {
      let mayBeStarting = suspects?.isEmpty != true
      let starting = try await terminateSessions(of: oid, on: server, orStarting: mayBeStarting)
      let suspected = suspects?.intersection(starting) ?? starting
      suspects = suspected
      let elapsed = ContinuousClock.now - watch
      // By the second look most have become somebody's session.
      let own =
        looks == 0 || suspected.isEmpty
        ? suspected : try await sift(suspected, of: remains.role, after: elapsed, on: server)
      // Two looks: activity and locks are not read at one moment, and a backend may have gone over
      // from the one to the other between the two readings. And one that has been refused as another
      // role's may have been just about to pass the check; a little later it has.
      emptyLooks = lingering.isEmpty && own.isEmpty ? emptyLooks + 1 : 0
      if emptyLooks == 2 { break }
      if elapsed > .seconds(5) {
        let pids = lingering.union(own).sorted().map(String.init).joined(separator: ", ")
        throw Obstacle(
          .locked, "backends did not end within 5 s: \(pids); see what they wait for")
      }
      // Many of these run side by side, and each look costs the server what a small query costs.
      looks += 1
      await pause(.milliseconds(pauseMs(after: looks, emptyLooks, suspected)))
    }
    sessionsGoneAfterMs = elapsedMs
  }

  private func pauseMs(after looks: Int, _ emptyLooks: Int, _ suspected: Set<Int>) -> Int {
    if emptyLooks == 0 { return min(25, 5 * looks) }
    return suspected.isEmpty ? 5 : StartingBackends.secondAskMs
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
  /// When the role is gone, nobody can ask in its name; then whatever is still starting after a second
  /// is ended.
  private mutating func sift(
    _ suspects: Set<Int>, of role: RoleRecord?, after elapsed: Duration, on server: String
  ) async throws(Obstacle) -> Set<Int> {
    let ended: Set<Int>
    if let role {
      ended = try await step(on: server) { try $0.terminate(suspects, asAnyOf: [role.name]) }.value
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
}

func pids(_ rows: Rows) throws(PostgresError) -> Set<Int> {
  var pids: Set<Int> = []
  for row in rows { pids.insert(try row.int("pid")) }
  return pids
}
