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

/// What was learned of a server when it let us in.
final class KnownServer: Sendable {
  private let known = Mutex(Known())

  private struct Known {
    var version: Int?
    var doors: [String] = []
    var lastDoor: String?
  }

  /// As `server_version_num`; nil until it was seen.
  var version: Int? {
    get { known.withLock { $0.version } }
    set { known.withLock { $0.version = newValue } }
  }

  func note(_ session: AdminSession) {
    known.withLock { $0.doors = [session.database] + session.otherDatabases }
  }

  /// The one that a session came in by when home was shut.
  func noteDoor(_ database: String) { known.withLock { $0.lastDoor = database } }

  /// Where to try when `home` lets nobody in, the most promising first. The last two are in every
  /// server that nobody has taken them out of.
  func doors(besides home: String) -> [String] {
    let known = known.withLock { $0 }
    let all = [known.lastDoor].compactMap(\.self) + known.doors + ["postgres", "template1"]
    var seen: Set<String> = [home]
    return all.filter { seen.insert($0).inserted }
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

  /// There are as many connections as there may be, to the database or to the server.
  var isFull: Bool { (reason as? PostgresError)?.sqlState == .tooManyConnections }

  /// The server does not know a setting that we stated: it is another version than before.
  var isUnknownSetting: Bool { (reason as? PostgresError)?.sqlState == .undefinedObject }
}
