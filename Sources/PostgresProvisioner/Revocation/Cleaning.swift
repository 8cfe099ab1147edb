import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Removes what the role left behind, in every database, as far as that may go; what has to stay
  /// is `residue` then.
  mutating func clean(_ role: RoleRecord, on server: String) async throws(Obstacle) {
    let databases = try await step(on: server) { connection in
      try connection.execute(try RoleStatements(role.name, on: connection).takeOver)
      return try connection.databases(withRemainsOf: role)
    }.value
    residue = []
    var obstacle: Obstacle?
    // Our own comes first: what all databases share is looked at from there.
    for (place, database) in databases.enumerated() {
      do throws(Obstacle) {
        try await clean(role, in: database, withShared: place == 0, on: server)
      } catch {
        residue.append(.notLookedInto(database, error.note))
        obstacle = obstacle ?? error
      }
    }
    _ = try await step(on: server) { connection in
      try connection.execute(try RoleStatements(role.name, on: connection).giveBack)
    }
    if let obstacle { throw obstacle }
    if target.onlyLooks { throw inTheWay(of: role) }
  }

  private mutating func clean(
    _ role: RoleRecord, in database: String, withShared: Bool, on server: String
  ) async throws(Obstacle) {
    let cleaning = Cleaning(
      role: role, scopes: scopesTaken.union(target.scopes).sorted(), fate: target.residue,
      onlyLooks: target.onlyLooks, withShared: withShared)
    let cleaned: Cleaned
    do throws(ProvisioningError) {
      cleaned = try await admins.run(
        .cleaning, on: server, apartIn: database, patience: Cleaning.patience
      ) { connection in try connection.clean(cleaning) }.value
    } catch {
      throw Obstacle(error)
    }
    found += cleaned.found
    residue += cleaned.left
    objectsDropped += cleaned.dropped
    if let refusal = cleaned.refusal { throw refusal }
  }
}

/// What is to be done about one role in one database.
struct Cleaning: Sendable {
  let role: RoleRecord
  /// By which it could reach what it made.
  let scopes: [String]
  let fate: ResidueFate
  let onlyLooks: Bool
  /// Also what belongs to no database.
  let withShared: Bool
  /// What is not done by then is for the next attempt: others wait to be cleaned up as well.
  var deadline = ContinuousClock.now

  /// Who waits for a lock on a busy table holds up everybody behind it: not for long.
  static let budget = Duration.seconds(10)
  static let bounds = "SET lock_timeout = 1000; SET statement_timeout = 20000"
  /// More than the time for many statements, and the one that takes longest after that.
  static let patience = Duration.seconds(40)
}

struct Cleaned: Sendable {
  /// What there was.
  var found: [Residue] = []
  /// What is there still.
  var left: [Residue] = []
  var dropped = 0
  /// The server did not let us.
  var refusal: Obstacle?
}

extension Connection {
  fileprivate func clean(_ cleaning: Cleaning) throws(PostgresError) -> Cleaned {
    try execute(Cleaning.bounds)
    let before = try remains(of: cleaning.role, withShared: cleaning.withShared)
    var cleaned = Cleaned(found: before.map(\.residue), left: before.map(\.residue))
    if cleaning.onlyLooks { return cleaned }
    var cleaning = cleaning
    cleaning.deadline = .now + Cleaning.budget
    let disposal = try reaching(cleaning.scopes) { [cleaning] connection throws(PostgresError) in
      try connection.dispose(cleaning)
    }
    let after = try remains(of: cleaning.role, withShared: cleaning.withShared)
    cleaned.left = after.map { $0.residue.kept(disposal.kept) } + disposal.others
    cleaned.dropped = max(0, disposal.owned - after.owned)
    cleaned.refusal = disposal.refusal
    return cleaned
  }
}
