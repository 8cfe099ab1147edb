import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Takes the scopes from the role, and the role from those whom the holder let in.
  ///
  /// What the server refuses here is noted only: DROP ROLE takes away every membership.
  mutating func empty(_ role: RoleRecord, on server: String) async throws(Obstacle) {
    let scopes = target.scopes
    let emptied = try await step(on: server) { try $0.empty(role, planned: scopes) }.value
    notes += emptied.refusals
    guests = emptied.guests
    scopesTaken.formUnion(emptied.scopes)
    terminated.formUnion(emptied.guests)
  }

  /// Throws the rest of them out, when nobody is in any more: the holder chose how many they are, and
  /// without the scopes they can do nothing as the role.
  mutating func expelGuests(from role: RoleRecord, on server: String) async throws(Obstacle) {
    let deadline = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < deadline {
      let left = try await step(on: server) { connection in
        let refusal = try connection.expelGuests(from: role)
        return (refusal, try connection.query(.guests(of: role.oid, limit: 1)).count)
      }.value
      if left.1 == 0 { return }
      if let refusal = left.0 { return notes.append(refusal) }
    }
  }
}

/// What `empty` did.
struct Emptied: Sendable {
  fileprivate(set) var guests: Set<Int> = []
  fileprivate(set) var scopes: Set<String> = []
  fileprivate(set) var refusals: [String] = []
}

extension Connection {
  func empty(_ role: RoleRecord, planned: [String]) throws(PostgresError) -> Emptied {
    let answers = try pipeline([
      .scopesHeld(by: role.oid, planned: planned, marker: markerRole),
      .guestSessions(of: role.oid),
    ])
    let statements = try RoleStatements(role.name, on: self)
    var emptied = Emptied()
    for row in answers[0] {
      let scope = try row.text("rolname")
      emptied.scopes.insert(scope)
      if let refusal = try revoke(statements.leave(scope: try quoted(identifier: scope))) {
        emptied.refusals.append(refusal)
      }
    }
    for row in answers[1] {
      let pid = try row.int("pid")
      if try terminate(pid) { emptied.guests.insert(pid) }
    }
    // The first of them at once: where a scope could not be taken, they would come back to it.
    if let refusal = try expelGuests(from: role) { emptied.refusals.append(refusal) }
    return emptied
  }

  /// As many as one statement can name; hands back what the server said against it.
  fileprivate func expelGuests(from role: RoleRecord) throws(PostgresError) -> String? {
    let members = try query(.guests(of: role.oid, limit: Limits.portionMax))
      .map { row throws(PostgresError) in try quoted(identifier: try row.text("rolname")) }
    if members.isEmpty { return nil }
    return try revoke(try RoleStatements(role.name, on: self).expel(members: members))
  }

  /// Hands back what the server said against it.
  private func revoke(_ sql: String) throws(PostgresError) -> String? {
    do throws(PostgresError) {
      _ = try pipeline([.hurry(lockTimeoutMilliseconds: 500), Statement(sql)])
      return nil
    } catch {
      guard case .server = error.kind else { throw error }
      return "\(sql.prefix(200)): \(error)"
    }
  }

  /// False when it is gone, or when the server does not let us: it is a superuser's, or still
  /// asking for a password.
  func terminate(_ pid: Int) throws(PostgresError) -> Bool {
    do throws(PostgresError) {
      return try query(.terminate(pid))[0].bool("was_there")
    } catch {
      guard error.sqlState == .insufficientPrivilege else { throw error }
      return false
    }
  }
}
