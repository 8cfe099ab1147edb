import AccessCore
import PostgresClient
import Threads

extension RevocationBatch {
  /// Ends the sessions of all of them, with one look for all; sets aside those whose sessions do
  /// not end soon. Of starting backends it asks whether they belong to any of the roles: whose it was,
  /// nobody has to know to have it ended.
  mutating func endSessions(on server: String) async throws(Obstacle) {
    var suspects: Set<Int>?
    var (looks, left) = (0, Int.max)
    var patience = ContinuousClock.now + Self.patience
    while true {
      let (oids, mayBeStarting) = (oids, suspects?.isEmpty != true)
      let look = try await step(on: server) { connection in
        try connection.look(terminatingAnyOf: oids, orStarting: mayBeStarting)
      }
      let suspected = suspects?.intersection(look.starting) ?? look.starting
      suspects = suspected
      let own =
        looks == 0 || suspected.isEmpty ? suspected : try await sift(suspected, on: server)
      for index in going {
        take(look.sessions, of: index)
        // Two looks, for the reasons that `RevocationAttempt.endSessions` has. In the name of a role
        // that is gone nobody can ask.
        let mayBeItsOwn = members[index].role == nil ? suspected : own
        let isEmpty = members[index].lingering.isEmpty && mayBeItsOwn.isEmpty
        members[index].emptyLooks = isEmpty ? members[index].emptyLooks + 1 : 0
        if members[index].emptyLooks == 2 { members[index].sessionsGoneAfterMs = elapsedMs }
      }
      let waiting = going.filter { members[$0].sessionsGoneAfterMs == nil }
      if waiting.isEmpty { return }
      // Many sessions take a while to end: as long as they become fewer, all is well.
      let now = look.sessions.values.reduce(own.count) { $0 + $1.count }
      if now < left || now == 0 { patience = .now + Self.patience }
      left = now
      let isGone = waiting.allSatisfy { members[$0].role == nil }
      if ContinuousClock.now > patience || isGone && looks > 10 {
        return setAside(waiting, "backends are slow to end")
      }
      looks += 1
      let isSecondAsk = now == 0 && !suspected.isEmpty
      await pause(
        .milliseconds(
          isSecondAsk ? StartingBackends.secondAskMs : now == 0 ? 5 : min(15, 5 * looks)))
    }
  }

  /// Ends those of the starting backends that belong to any of the roles, and hands them back; sets
  /// aside whose role somebody else holds.
  private mutating func sift(
    _ suspects: Set<Int>, on server: String
  ) async throws(Obstacle) -> Set<Int> {
    while !roles.isEmpty {
      let all = roles
      switch try await step(on: server, { try $0.ask(suspects, amongst: all.map(\.role.name)) }) {
      case .ended(let ended): return ended
      case .held(let place, let reason): setAside([all[place].index], reason)
      }
    }
    return []
  }

  /// How long sessions may stay as many as they are.
  private static var patience: Duration { .milliseconds(250) }

  mutating func take(_ sessions: [UInt32: Set<Int>], of index: Int) {
    let own = sessions[members[index].oid] ?? []
    members[index].terminated.formUnion(own)
    members[index].lingering = own
  }
}

/// Backends by process id, sessions by the OID of their role.
private struct SharedLook: Sendable {
  let starting: Set<Int>
  let sessions: [UInt32: Set<Int>]
}

extension Connection {
  fileprivate func look(
    terminatingAnyOf oids: [UInt32], orStarting: Bool
  ) throws(PostgresError) -> SharedLook {
    guard orStarting else {
      return SharedLook(starting: [], sessions: try terminateSessions(ofAny: oids))
    }
    let answers = try pipeline([.startingBackends, .terminateSessions(ofAny: oids)])
    return SharedLook(starting: try pids(answers[0]), sessions: try sessions(answers[1]))
  }

  /// Tells them to end; hands them back.
  func terminateSessions(ofAny oids: [UInt32]) throws(PostgresError) -> [UInt32: Set<Int>] {
    try sessions(try query(.terminateSessions(ofAny: oids)))
  }

  private func sessions(_ rows: Rows) throws(PostgresError) -> [UInt32: Set<Int>] {
    var sessions: [UInt32: Set<Int>] = [:]
    for row in rows { sessions[try row.oid("usesysid"), default: []].insert(try row.int("pid")) }
    return sessions
  }
}
