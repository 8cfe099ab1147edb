import AccessCore
import PostgresClient

/// What was done about what a role left behind in one database.
struct Disposal: Sendable {
  /// What was still the role's after some of it was given away.
  var owned = 0
  /// What of others' leans on it.
  var others: [Residue] = []
  var refusal: Obstacle?
}

extension Connection {
  /// Gives away what is to be given; drops the rest, or makes it harmless.
  func dispose(_ cleaning: Cleaning) throws(PostgresError) -> Disposal {
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
      // Until it can be dropped it must not run with the power of whoever comes by.
      _ = try disarm(cleaning.role)
    }
    return disposal
  }

  /// Drops all of it, or nothing; hands back what of others' stands in the way.
  private func dropOwned(by role: RoleRecord) throws(PostgresError) -> [Residue] {
    let drop = try RoleStatements(role.name, on: self).dropOwned
    if try isDone(drop) { return [] }
    // Triggers that call the role's functions would run code that is nobody's: they go with them.
    // Anything else of others' stays, and so does what it leans on.
    let others = try query(.leaning(on: role.oid))
    let kinds = try others.map { row throws(PostgresError) in try row.text("kind") }
    if !kinds.isEmpty, kinds.allSatisfy({ $0 == "pg_trigger" }) {
      try endHooks(of: role, keepingData: false)
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

  private func endHooks(of role: RoleRecord, keepingData: Bool) throws(PostgresError) {
    for statement in try query(.endingHooks(of: role.oid, keepingData: keepingData)).statements {
      try execute(statement)
    }
  }

  /// Makes what stays harmless.
  private func entomb(_ role: RoleRecord) throws(PostgresError) {
    let armed = try disarm(role)
    let granted = try executeEach(of: query(.undoingGrants(of: role.oid)).statements)
    try endHooks(of: role, keepingData: true)
    if let refusal = armed ?? granted { throw refusal }
  }

  /// SECURITY DEFINER, because its owner can do nothing; as INVOKER it would run with the power of
  /// whoever comes by. Hands back what the server refused.
  private func disarm(_ role: RoleRecord) throws(PostgresError) -> PostgresError? {
    try executeEach(of: query(.disarming(of: role.oid)).statements)
  }

  /// One that is refused leaves no reason to leave the others out; hands back the first refusal.
  private func executeEach(of statements: [String]) throws(PostgresError) -> PostgresError? {
    var refusal: PostgresError?
    for statement in statements {
      do throws(PostgresError) { try execute(statement) } catch {
        guard case .server = error.kind else { throw error }
        refusal = refusal ?? error
      }
    }
    return refusal
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
