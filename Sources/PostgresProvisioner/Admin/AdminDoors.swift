import AccessCore
import PostgresClient
import Synchronization

/// By which database a session of ours may come in.
enum AdminDoor: Hashable, Sendable {
  /// That of the policy: what is asked there is about what is in it.
  case home
  /// Roles and sessions belong to the server, and whoever owns the database of the policy can rename
  /// it, drop it or shut us out of it. So what is about them comes in wherever it may.
  case any
  case only(String)
}

/// A database of the server besides the policy's.
struct OtherDatabase: Sendable {
  let name: String
  /// Whether it belongs to somebody else than the policy's.
  let isAnothers: Bool
}

/// What was learned of a server when it let us in.
final class KnownServer: Sendable {
  private let known = Mutex(Known())

  private struct Known {
    var version: Int?
    /// Nil until it has let us in.
    var others: [OtherDatabase]?
    /// By name: until when others are tried first.
    var shut: [String: ContinuousClock.Instant] = [:]
  }

  /// As `server_version_num`; nil until it was seen.
  var version: Int? {
    get { known.withLock { $0.version } }
    set { known.withLock { $0.version = newValue } }
  }

  func note(_ session: AdminSession) {
    known.withLock { $0.others = session.otherDatabases }
  }

  /// By this one nobody came in just now, or whoever was in could not look.
  func noteShut(_ database: String) {
    known.withLock { known in
      let now = ContinuousClock.now
      known.shut = known.shut.filter { $0.value > now }
      known.shut[database] = now + Self.shutFor
    }
  }

  private static let shutFor = Duration.seconds(10)

  /// Where to come in for what is about roles, the most promising first.
  ///
  /// The owner of the policy's database, and holders in it, can lock its catalogs against every look;
  /// so those come first in which he has no power, `postgres` before all. Sessions in `template1`
  /// would keep others from making databases: it is the last.
  func doors(besides home: String) -> [String] {
    let known = known.withLock { $0 }
    let others = known.others ?? [OtherDatabase(name: "postgres", isAnothers: true)]
    let all =
      others.filter(\.isAnothers).map(\.name) + [home]
      + others.filter { !$0.isAnothers }.map(\.name) + ["postgres", "template1"]
    var seen: Set<String> = []
    let doors = all.filter { seen.insert($0).inserted }
    let now = ContinuousClock.now
    let isShut = { (door: String) in known.shut[door].map { $0 > now } ?? false }
    return doors.filter { !isShut($0) } + doors.filter(isShut)
  }
}

/// Why no session came about, for people, and what they cannot read from it.
struct RefusedDoor: Error {
  let error: ProvisioningError
  private let shut: ShutDoor?

  init(_ error: ProvisioningError, by shut: ShutDoor? = nil) {
    (self.error, self.shut) = (error, shut)
  }

  var mayBeOfTheDatabase: Bool { shut?.mayBeOfTheDatabase ?? false }
  var isFull: Bool { shut?.isFull ?? false }
  var isAnswer: Bool { shut?.isAnswer ?? false }
}

/// What the server, or the way there, said to one attempt.
struct ShutDoor: Error {
  let reason: any Error

  /// Whether another database of the server could let us in: it has answered, and not about who we
  /// are.
  var mayBeOfTheDatabase: Bool {
    guard let error = reason as? PostgresError, case .server(let state) = error.kind else {
      return false
    }
    return state != .invalidPassword
  }

  /// Whether there is a server that said so.
  var isAnswer: Bool {
    guard let error = reason as? PostgresError, case .server = error.kind else { return false }
    return true
  }

  /// There are as many connections as there may be, to the database or to the server.
  var isFull: Bool { (reason as? PostgresError)?.sqlState == .tooManyConnections }

  /// The server does not know a setting that we stated: it is another version than before.
  var isUnknownSetting: Bool { (reason as? PostgresError)?.sqlState == .undefinedObject }
}
