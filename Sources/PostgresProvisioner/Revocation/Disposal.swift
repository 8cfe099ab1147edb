import AccessCore
import PostgresClient

/// What was done about what a role left behind in one database.
struct Disposal: Sendable {
  /// What was still the role's after some of it was given away.
  var owned = 0
  /// What of others' leans on it.
  var others: [Residue] = []
  var refusal: Obstacle?
  var kept: Kept = [:]
}

extension Connection {
  /// Gives away what is to be given; drops the rest, or makes it harmless.
  func dispose(_ cleaning: Cleaning) throws(PostgresError) -> Disposal {
    var disposal = Disposal()
    do throws(PostgresError) {
      if case .give(let heir) = cleaning.fate { try give(to: heir, cleaning, &disposal) }
    } catch {
      // What cannot be given still has to be made harmless.
      disposal.refusal = try Obstacle(cleaning: cleaning.role, error)
    }
    let mine = try remains(of: cleaning.role, withShared: cleaning.withShared)
    disposal.owned = mine.owned
    do throws(PostgresError) {
      try endSubscriptions(of: cleaning.role, until: cleaning.deadline)
      let refusal: Obstacle?
      if mine.contains(where: \.holdsData) && cleaning.fate != .drop {
        refusal = try entomb(cleaning)
      } else {
        refusal = try dropOwned(cleaning, &disposal)
      }
      disposal.refusal = disposal.refusal ?? refusal
    } catch {
      disposal.refusal = try Obstacle(cleaning: cleaning.role, error)
    }
    // Until it can be dropped it must not run with the power of whoever comes by.
    if disposal.refusal != nil { _ = try disarm(cleaning.role, until: .now + .seconds(5)) }
    return disposal
  }

  /// Drops all of it, or what nothing of others' leans on; finds what of others' is in the way.
  private func dropOwned(
    _ cleaning: Cleaning, _ disposal: inout Disposal
  ) throws(PostgresError) -> Obstacle? {
    let role = cleaning.role
    let ownerless = try executeEach(
      of: .droppingOwnerless(of: role.oid), until: cleaning.deadline)
    let drop = try RoleStatements(role.name, on: self).dropOwned
    if try query(.weight(of: role.oid))[0].int("weight") <= Limits.portionMax, try isDone(drop) {
      return nil
    }
    // Triggers that call the role's functions would run code that is nobody's: they go with it.
    // Anything else of others' stays, and so does what it leans on.
    var portions = try endHooks(cleaning, keepingData: false)
    portions.add(try dropFree(cleaning))
    portions.add(ownerless)
    if let obstacle = try Obstacle(cleaning: role, portions) { return obstacle }
    if try isDone(drop) { return nil }
    disposal.others = try othersLeaning(on: role)
    return try entomb(cleaning)
  }

  /// Drops, again and again, what nothing leans on any more.
  private func dropFree(_ cleaning: Cleaning) throws(PostgresError) -> Portions {
    // A plan that is good for a few things takes forever for many; from here on they may be many.
    try execute("SET enable_nestloop = off")
    var all = Portions()
    var round: Portions
    repeat {
      round = try executeEach(
        of: .droppingFree(of: cleaning.role.oid), until: cleaning.deadline)
      all.add(round)
    } while round.done > 0 && round.isFinished
    return all
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

  private func othersLeaning(on role: RoleRecord) throws(PostgresError) -> [Residue] {
    let rows = try query(.leaning(on: role.oid))
    var others = try rows.map { row throws(PostgresError) in
      Residue(
        database: try row.text("database"), kind: try row.text("type"),
        name: try row.text("name"),
        note: try row["owner"].map { "of \($0); it leans on something of the role's" }
          ?? "it belongs to nobody, and leans on something of the role's")
    }
    if let first = rows.first, try first.int("total") > rows.count {
      others.append(
        .rest(
          try first.int("total") - rows.count, of: "thing", in: try first.text("database"),
          note: "of others; they lean on something of the role's"))
    }
    return others
  }

  private func endHooks(_ cleaning: Cleaning, keepingData: Bool) throws(PostgresError) -> Portions {
    try executeEach(
      of: .endingHooks(of: cleaning.role.oid, keepingData: keepingData), until: cleaning.deadline)
  }

  /// Makes what stays harmless.
  private func entomb(_ cleaning: Cleaning) throws(PostgresError) -> Obstacle? {
    let role = cleaning.role
    var portions = try endHooks(cleaning, keepingData: true)
    portions.add(try disarm(role, until: cleaning.deadline))
    portions.add(try executeEach(of: .undoingGrants(of: role.oid), until: cleaning.deadline))
    if let obstacle = try Obstacle(cleaning: role, portions) { return obstacle }
    // That no statement was refused is no proof.
    let undone: [Statement] = [
      .endingHooks(of: role.oid, keepingData: true), .disarming(of: role.oid),
      .disarmingDomains(of: role.oid), .undoingGrants(of: role.oid),
    ]
    for undoing in undone {
      let left = try query(Statement("\(undoing.sql) LIMIT 1", undoing.parameters))
      if let first = left.first {
        let sql = try first.text("sql")
        return Obstacle(.residue, "the server took this, and it had no effect: \(sql)")
      }
    }
    return nil
  }

  /// SECURITY DEFINER, because its owner can do nothing; as INVOKER it would run with the power of
  /// whoever comes by. What a domain checks runs so always.
  private func disarm(
    _ role: RoleRecord, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Portions {
    var portions = try executeEach(of: .disarming(of: role.oid), until: deadline)
    portions.add(try executeEach(of: .disarmingDomains(of: role.oid), until: deadline))
    return portions
  }

  /// Before 16 nobody but a superuser owns one.
  private func endSubscriptions(
    of role: RoleRecord, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) {
    var rows = try query(.subscriptions(of: role.oid))
    while !rows.isEmpty {
      if ContinuousClock.now > deadline { return }
      try end(subscriptions: rows)
      rows = try query(.subscriptions(of: role.oid))
    }
  }

  private func end(subscriptions: Rows) throws(PostgresError) {
    for row in subscriptions {
      let subscription = try quoted(identifier: try row.text("subname"))
      try execute("ALTER SUBSCRIPTION \(subscription) DISABLE")
      // Else the server would want to reach the other one.
      try execute("ALTER SUBSCRIPTION \(subscription) SET (slot_name = NONE)")
      try execute("DROP SUBSCRIPTION \(subscription)")
    }
  }
}

extension Obstacle {
  /// Rethrows what is no answer of the server's.
  init(cleaning role: RoleRecord, _ error: PostgresError) throws(PostgresError) {
    guard case .server(let state) = error.kind else { throw error }
    if error.isForLackOfRoom {
      self.init(
        .exhausted,
        """
        the server has no room to drop what \(role.name) left behind: \(error)\(state.remedy); this \
        waits some minutes, so that the application has it
        """)
      return
    }
    let isHeld = [.lockNotAvailable, .deadlockDetected, .queryCanceled].contains(state)
    self.init(
      isHeld ? .locked : .residue,
      isHeld
        ? "something that \(role.name) left behind is held by another session: \(error)"
        : "the server keeps what \(role.name) left behind: \(error)")
  }

  /// Nil when all of it was done.
  init?(
    cleaning role: RoleRecord, _ portions: Portions
  ) throws(PostgresError) {
    if let refusal = portions.refusal {
      try self.init(cleaning: role, refusal)
    } else if portions.isFinished {
      return nil
    } else {
      self.init(
        .residue,
        """
        \(role.name) left behind more than can be worked off at once: \(portions.done) statements \
        were run, and the next attempt goes on
        """)
    }
  }
}

extension SQLState {
  /// Which setting helps.
  fileprivate var remedy: String {
    switch rawValue {
    case "53200": "; a larger max_locks_per_transaction helps, which takes a restart"
    case "53300": "; a larger max_connections helps, which takes a restart"
    case "53100": "; its disk is full"
    default: ""
    }
  }
}
