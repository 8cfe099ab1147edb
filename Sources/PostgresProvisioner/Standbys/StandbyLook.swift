import AccessCore
import PostgresClient
import Threads

/// One look at a standby, in which the sessions of some roles were told to end.
struct StandbyLook: Sendable {
  let systemIdentifier: String
  let isStandby: Bool
  /// Whether it has replayed what took LOGIN away.
  let hasReplayed: Bool
  let lagSeconds: Int
  let starting: Set<Int>
  /// By the OID of their role, which is the primary's.
  let sessions: [UInt32: Set<Int>]
}

extension Connection {
  func look(
    atStandbyPast position: String, terminatingAnyOf oids: [UInt32]
  ) throws(PostgresError) -> StandbyLook {
    let standing = try query(.standing(ofStandby: position))[0]
    let answers = try pipeline([.startingOnStandby, .terminateSessions(ofAny: oids)])
    var sessions: [UInt32: Set<Int>] = [:]
    for row in answers[1] {
      sessions[try row.oid("usesysid"), default: []].insert(try row.int("pid"))
    }
    return StandbyLook(
      systemIdentifier: try standing.text("system_identifier"),
      isStandby: try standing.bool("is_standby"),
      hasReplayed: try standing.bool("has_replayed"),
      lagSeconds: try standing["lag_seconds"].flatMap { Int($0) } ?? 0,
      starting: try pids(answers[0]), sessions: sessions)
  }
}

/// What became of sessions on one standby.
struct StandbyEnding: Sendable {
  /// Nil when nobody is left and nobody can come in; else what is in the way, for people.
  var trouble: String?
  /// Backends that were told to end, and those of them that the last look still saw.
  var terminated: [UInt32: Set<Int>] = [:]
  var lingering: [UInt32: Set<Int>] = [:]

  func ended(of oid: UInt32) -> Int {
    terminated[oid, default: []].subtracting(lingering[oid, default: []]).count
  }
}

extension StandbyServer {
  /// Ends the sessions of the roles here, as long as `until`, and tells what is left of them.
  ///
  /// A session can come in until the fence was replayed here, and a backend that was starting then
  /// can take its time: so what was starting is watched, as on the primary, and what goes on starting
  /// for a second is ended.
  func end(
    _ oids: [UInt32], of systemIdentifier: String, past position: String,
    until: ContinuousClock.Instant
  ) async -> StandbyEnding {
    var ending = StandbyEnding()
    var suspects: Set<Int>?
    var watched: ContinuousClock.Instant?
    var emptyLooks = 0
    while true {
      let look: StandbyLook
      do throws(StandbyTrouble) {
        look = try await run { try $0.look(atStandbyPast: position, terminatingAnyOf: oids) }
      } catch {
        ending.trouble = "standby \(place) not verified: \(error)"
        return ending
      }
      guard look.systemIdentifier == systemIdentifier else {
        ending.trouble = "standby \(place) not verified: another server answers there"
        return ending
      }
      ending.terminated.merge(look.sessions) { $0.union($1) }
      ending.lingering = look.sessions
      guard look.isStandby else {
        ending.trouble =
          "standby \(place) not verified: it is none (any more): fence it, or correct `replicas:`"
        return ending
      }
      if look.hasReplayed {
        var suspected = suspects?.intersection(look.starting) ?? look.starting
        let since = watched ?? .now
        watched = since
        if ContinuousClock.now - since > .seconds(1), !suspected.isEmpty {
          suspected = await ended(suspected)
        }
        suspects = suspected
        emptyLooks = look.sessions.isEmpty && suspected.isEmpty ? emptyLooks + 1 : 0
        if emptyLooks == 2 { return ending }
      }
      if ContinuousClock.now > until {
        ending.trouble =
          look.hasReplayed
          ? "standby \(place) not verified: backends do not end there"
          : "standby \(place) not verified, lag \(look.lagSeconds) s"
        return ending
      }
      await pause(.milliseconds(emptyLooks == 1 ? 5 : 20))
    }
  }

  /// Tells backends to end; hands back those that were there. What is refused is another role's.
  private func ended(_ suspects: Set<Int>) async -> Set<Int> {
    do throws(StandbyTrouble) {
      return try await run { connection in
        try suspects.filter { try connection.terminate($0) }
      }
    } catch { return suspects }
  }
}
