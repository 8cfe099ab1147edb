import AccessCore
import PostgresClient
import Synchronization
import Threads

/// The streaming standbys of one server. A role is fenced on the primary, and that alone: a standby
/// follows, after a while. Sessions that it has, or still lets in until then, are its own.
final class Standbys: Sendable {
  let endpoints: [Endpoint]
  private let servers: [StandbyServer]
  private let database: String
  private let admins: AdminConnections
  /// Where the log of the primary was when a role had been fenced, until its standbys were looked at.
  /// It is kept so that a standby that is behind has not to come further with each attempt.
  private let fences = Mutex<[Fenced: String]>([:])

  private struct Fenced: Hashable {
    let server: String
    let oid: UInt32
  }

  /// More than that wait for a position that is later than it would have to be.
  private static let fencesMax = 10_000

  init(
    at endpoints: [Endpoint], of access: DatabaseAccess, admins: AdminConnections,
    passwords: @escaping @Sendable () throws -> [Secret]
  ) {
    (self.endpoints, self.admins) = (endpoints, admins)
    database = access.dbname
    servers = endpoints.map { StandbyServer($0, of: access, passwords: passwords) }
  }

  var places: [String] { servers.map(\.place) }

  /// Begins to end the sessions of roles that are fenced on `server`, and waits for nothing: what is
  /// done on the primary goes on meanwhile. Nil where no standby is listed.
  func begin(
    _ oids: [UInt32], on server: String, patience: Duration
  ) -> Task<StandbyResult, Never>? {
    guard !servers.isEmpty, !oids.isEmpty else { return nil }
    let until = ContinuousClock.now + patience
    return Task(executorPreference: ThreadPool.ending) {
      let position: String
      do { position = try await self.position(after: oids, on: server) } catch {
        return StandbyResult(
          endings: [StandbyEnding(trouble: "the standbys were not looked at: \(error)")])
      }
      let endings = await withTaskGroup(of: StandbyEnding.self) { group in
        for standby in self.servers {
          group.addTask {
            await standby.end(oids, of: server, past: position, until: until)
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      let result = StandbyResult(endings: endings)
      if result.trouble == nil { self.forget(oids, on: server) }
      return result
    }
  }

  /// A place in the log of the primary behind the fences of all of them, which is on its disk.
  private func position(after oids: [UInt32], on server: String) async throws -> String {
    let known = fences.withLock { fences in
      oids.map { fences[Fenced(server: server, oid: $0)] }
    }
    // One is enough where it was read for all of them.
    if let first = known.first, let position = first, known.allSatisfy({ $0 == position }) {
      return position
    }
    let position = try await admins.run(.revoking, on: server) { connection in
      try connection.pipeline(Statement.pushWAL)[1][0].text("position")
    }.value
    fences.withLock { fences in
      for oid in oids where fences.count < Self.fencesMax {
        let key = Fenced(server: server, oid: oid)
        fences[key] = fences[key] ?? position
      }
    }
    return position
  }

  private func forget(_ oids: [UInt32], on server: String) {
    fences.withLock { fences in
      for oid in oids { fences[Fenced(server: server, oid: oid)] = nil }
    }
  }

  /// The standbys that stream and that nobody listed, as a line for the receipt; nil when there is
  /// none. Those that hang on a listed one are among them.
  func unlisted(on server: String) async throws(ProvisioningError) -> Residue? {
    let count = try await unlistedCount(on: server)
    guard count > 0 else { return nil }
    return Residue(
      database: database, kind: "standby", name: "(\(count))",
      note: """
        on this server; \(count) standby\(count == 1 ? "" : "s") not looked at, where sessions may \
        go on: list \(count == 1 ? "it" : "them") under `replicas:`
        """)
  }

  func unlistedCount(on server: String?) async throws(ProvisioningError) -> Int {
    let (streaming, _) = try await admins.run(.revoking, on: server) {
      try $0.streaming()
    }.value
    var (all, listed) = (streaming, 0)
    for standby in servers {
      // One that does not answer is in the way of the receipt anyway.
      guard let (more, isStreamedTo) = try? await standby.run({ try $0.streaming() }) else {
        continue
      }
      all += more
      listed += isStreamedTo ? 1 : 0
    }
    return max(0, all - listed)
  }

  /// What is wrong with the listed ones, for people; nil for each that is as it should be.
  func faults(on server: String) async -> [String] {
    var faults: [String] = []
    for standby in servers {
      do throws(StandbyTrouble) {
        let look = try await standby.run {
          try $0.look(atStandbyPast: "0/0", terminatingAnyOf: [])
        }
        if look.systemIdentifier != server {
          faults.append("\(standby.place) is another server")
        } else if !look.isStandby {
          faults.append("\(standby.place) is no standby")
        }
      } catch { faults.append("\(standby.place) does not let us in: \(error)") }
    }
    return faults
  }

  func close() async {
    for server in servers { await server.close() }
  }
}

/// What became of sessions on all listed standbys.
struct StandbyResult: Sendable {
  let endings: [StandbyEnding]

  /// What is in the way on any of them.
  var trouble: String? {
    let troubles = endings.compactMap(\.trouble)
    return troubles.isEmpty ? nil : troubles.joined(separator: "; ")
  }

  func ended(of oid: UInt32) -> Int { endings.reduce(0) { $0 + $1.ended(of: oid) } }
}

extension Connection {
  func streaming() throws(PostgresError) -> (standbys: Int, isStreamedTo: Bool) {
    let row = try query(.streaming)[0]
    return (try row.int("standbys"), try row.bool("is_streamed_to"))
  }
}
