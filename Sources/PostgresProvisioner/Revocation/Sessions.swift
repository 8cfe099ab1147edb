import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Ends every session of the role, those included that do not show yet.
  ///
  /// A backend that passed the check of LOGIN before the fence can take its time until it shows as
  /// a session of the role (`post_auth_delay` in the client's options: over half an hour). So all
  /// backends that were starting when the fence stood are watched until they have become
  /// somebody's session or are gone. After a second they are ended, whosever they are; one that
  /// the server does not let us end is still asking for the password, and will be refused.
  mutating func endSessions(of oid: UInt32, on server: String) async throws(Obstacle) {
    let watch = ContinuousClock.now
    var suspects: Set<Int>?
    var emptyLooks = 0
    while true {
      let starting = try await terminateSessions(of: oid, on: server)
      var suspected = suspects?.intersection(starting) ?? starting
      let elapsed = ContinuousClock.now - watch
      if elapsed > .seconds(1), !suspected.isEmpty {
        suspected = try await end(suspected, on: server)
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
      await pause(elapsed < .milliseconds(100) ? .milliseconds(5) : .milliseconds(25))
    }
    sessionsGoneAfterMs = elapsedMs
  }

  /// Tells all sessions to end, and hands back the backends that are just starting.
  @discardableResult
  mutating func terminateSessions(
    of oid: UInt32, on server: String
  ) async throws(Obstacle) -> Set<Int> {
    let guests = guests
    let look = try await step(on: server) { try $0.look(terminating: oid, and: guests) }.value
    terminated.formUnion(look.sessions)
    lingering = look.sessions
    return look.starting
  }

  /// Ends starting backends; hands back those that the server let us end.
  private func end(_ suspects: Set<Int>, on server: String) async throws(Obstacle) -> Set<Int> {
    try await step(on: server) { connection in
      var ended: Set<Int> = []
      for pid in suspects where try connection.terminate(pid) { ended.insert(pid) }
      return ended
    }.value
  }
}

/// Backends by process id.
struct Look: Sendable {
  let starting: Set<Int>
  let sessions: Set<Int>
}

extension Connection {
  func look(terminating oid: UInt32, and guests: Set<Int>) throws(PostgresError) -> Look {
    let answers = try pipeline([
      .startingBackends, .terminateSessions(of: oid, and: guests),
    ])
    return Look(starting: try pids(answers[0]), sessions: try pids(answers[1]))
  }
}

private func pids(_ rows: Rows) throws(PostgresError) -> Set<Int> {
  var pids: Set<Int> = []
  for row in rows { pids.insert(try row.int("pid")) }
  return pids
}
