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
        residue.append(
          Residue(database: database, kind: "database", name: database, note: error.note))
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

  /// Who waits for a lock on a busy table holds up everybody behind it: not for long.
  static let bounds = "SET lock_timeout = 1000; SET statement_timeout = 20000"
  /// More than the statement that takes longest.
  static let patience = Duration.seconds(25)
}

/// What was done about it.
private struct Disposal {
  /// What was still the role's after some of it was given away.
  var owned = 0
  /// What of others' leans on it.
  var others: [Residue] = []
  var refusal: Obstacle?
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
    let scopes = cleaning.scopes
    let disposal = try reaching(scopes) { connection throws(PostgresError) in
      try connection.dispose(cleaning)
    }
    let after = try remains(of: cleaning.role, withShared: cleaning.withShared)
    cleaned.left = after.map(\.residue) + disposal.others
    cleaned.dropped = max(0, disposal.owned - after.count(where: \.isOwned))
    cleaned.refusal = disposal.refusal
    return cleaned
  }

  /// Gives away what is to be given; drops the rest, or makes it harmless.
  private func dispose(_ cleaning: Cleaning) throws(PostgresError) -> Disposal {
    var disposal = Disposal()
    do throws(PostgresError) {
      if case .give(let heir) = cleaning.fate { try give(to: heir, from: cleaning.role) }
    } catch {
      // What cannot be given still has to be made harmless.
      disposal.refusal = try Obstacle(cleaning: cleaning.role, error)
    }
    let mine = try remains(of: cleaning.role, withShared: cleaning.withShared)
    disposal.owned = mine.count(where: \.isOwned)
    do throws(PostgresError) {
      try endSubscriptions(of: cleaning.role)
      if mine.contains(where: \.holdsData) && cleaning.fate != .drop {
        try entomb(cleaning.role)
      } else {
        disposal.others = try dropOwned(by: cleaning.role)
      }
    } catch {
      disposal.refusal = try Obstacle(cleaning: cleaning.role, error)
    }
    return disposal
  }

  /// Drops all of it, or nothing; hands back what of others' stands in the way.
  private func dropOwned(by role: RoleRecord) throws(PostgresError) -> [Residue] {
    let drop = try RoleStatements(role.name, on: self).dropOwned
    if try isDone(drop) { return [] }
    // Triggers that call the role's functions would run code that is nobody's: they go with it.
    // Anything else of others' stays, and so does what it leans on.
    let others = try query(.leaning(on: role.oid))
    let kinds = try others.map { row throws(PostgresError) in try row.text("kind") }
    if kinds.allSatisfy({ $0 == "pg_trigger" }) {
      try dropTriggerFunctions(of: role)
      if try isDone(drop) { return [] }
    }
    try entomb(role)
    return try others.map { row throws(PostgresError) in
      Residue(
        database: try row.text("database"), kind: try row.text("type"),
        name: try row.text("name"),
        note: "of \(try row.text("owner")); it leans on something of the role's")
    }
  }

  private func isDone(_ drop: String) throws(PostgresError) -> Bool {
    do throws(PostgresError) {
      try execute(drop)
      return true
    } catch {
      guard error.sqlState == .dependentObjectsStillExist else { throw error }
      return false
    }
  }

  /// Only triggers can lean on a function that returns one.
  func dropTriggerFunctions(of role: RoleRecord) throws(PostgresError) {
    for statement in try query(.droppingTriggerFunctions(of: role.oid)).statements {
      try execute(statement)
    }
  }

  /// Makes what stays harmless.
  ///
  /// SECURITY DEFINER, because its owner can do nothing; as INVOKER it would run with the power of
  /// whoever comes by.
  func entomb(_ role: RoleRecord) throws(PostgresError) {
    let statements =
      try query(.disarming(of: role.oid)).statements
      + query(.undoingGrants(of: role.oid)).statements
    var refusal: PostgresError?
    for statement in statements {
      // One that is refused leaves no reason to leave the others out.
      do throws(PostgresError) { try execute(statement) } catch {
        guard case .server = error.kind else { throw error }
        refusal = refusal ?? error
      }
    }
    try dropTriggerFunctions(of: role)
    if let refusal { throw refusal }
  }

  /// Before 16 nobody but a superuser owns one.
  private func endSubscriptions(of role: RoleRecord) throws(PostgresError) {
    for row in try query(.subscriptions(of: role.oid)) {
      let subscription = try quoted(identifier: try row.text("subname"))
      try execute("ALTER SUBSCRIPTION \(subscription) DISABLE")
      // Else the server would want to reach the other one.
      try execute("ALTER SUBSCRIPTION \(subscription) SET (slot_name = NONE)")
      try execute("DROP SUBSCRIPTION \(subscription)")
    }
  }
}

extension Rows {
  /// The column `sql`.
  fileprivate var statements: [String] {
    get throws(PostgresError) { try map { row throws(PostgresError) in try row.text("sql") } }
  }
}

extension Obstacle {
  /// Rethrows what is no answer of the server's.
  fileprivate init(cleaning role: RoleRecord, _ error: PostgresError) throws(PostgresError) {
    guard case .server(let state) = error.kind else { throw error }
    let isHeld = [.lockNotAvailable, .deadlockDetected, .queryCanceled].contains(state)
    self.init(
      isHeld ? .locked : .residue,
      isHeld
        ? "something that \(role.name) left behind is held by another session: \(error)"
        : "the server keeps what \(role.name) left behind: \(error)")
  }
}
