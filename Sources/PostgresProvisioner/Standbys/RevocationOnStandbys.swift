import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// How long an attempt of its own waits for a standby that is behind.
  private static var patience: Duration { .seconds(2) }

  /// Goes on beside what is done on the primary, which waits for no standby.
  func beginStandbys(for oid: UInt32, on server: String) -> Task<StandbyResult, Never>? {
    standbys.begin([oid], on: server, patience: Self.patience)
  }

  /// Waits for what was begun: only when every listed standby was seen behind the fence and without
  /// a session has the grant ended.
  mutating func finish(
    _ begun: Task<StandbyResult, Never>?, of oid: UInt32
  ) async throws(Obstacle) {
    guard let begun else { return }
    let result = await begun.value
    endedOnStandbys += result.ended(of: oid)
    guard let trouble = result.trouble else {
      sessionsGoneAfterMs = elapsedMs
      return
    }
    sessionsGoneAfterMs = nil
    throw Obstacle(.unreachable, trouble)
  }

  mutating func noteUnlistedStandbys(on server: String) async throws(Obstacle) {
    do throws(ProvisioningError) {
      residue += [try await standbys.unlisted(on: server)].compactMap(\.self)
    } catch { throw Obstacle(error) }
  }
}

extension RevocationBatch {
  /// How long a batch waits: others want their turn.
  private static var patience: Duration { .milliseconds(250) }

  func beginStandbys(on server: String) -> Task<StandbyResult, Never>? {
    standbys.begin(oids, on: server, patience: Self.patience)
  }

  /// Those that were not verified there want an attempt of their own, which waits longer.
  mutating func finish(_ begun: Task<StandbyResult, Never>?) async {
    guard let begun else { return }
    let result = await begun.value
    for index in members.indices {
      members[index].endedOnStandbys = result.ended(of: members[index].oid)
    }
    guard let trouble = result.trouble else {
      for index in going { members[index].sessionsGoneAfterMs = elapsedMs }
      return
    }
    for index in members.indices { members[index].sessionsGoneAfterMs = nil }
    setAside(going, trouble)
  }

  mutating func noteUnlistedStandbys(on server: String) async throws(Obstacle) {
    do throws(ProvisioningError) {
      let unlisted = try await standbys.unlisted(on: server)
      for index in going { members[index].residue = [unlisted].compactMap(\.self) }
    } catch { throw Obstacle(error) }
  }
}
