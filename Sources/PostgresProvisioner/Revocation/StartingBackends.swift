import PostgresClient

/// Backends that are starting are nobody's yet in the catalogs, but the server knows whose they are
/// when it is asked to end one: a role that is not in `pg_signal_backend` may end its own only. What
/// is refused is another role's, or has not come to the check of LOGIN yet and will not pass it.
///
/// A stranger can keep as many of them as the server gives connections, without any password; to ask
/// costs one short round trip for each.
enum StartingBackends {
  /// How long after the first answer the second one is wanted. Between the reading of LOGIN and the
  /// moment from which a backend is its role's lie some instructions, in which it waits for nothing.
  static let secondAskMs = 15
}

/// What came of asking in the name of several roles.
enum Asked: Sendable {
  case ended(Set<Int>)
  /// Nobody was asked: that one of the roles, by its place, is held by somebody else.
  case held(Int, String)
}

extension Connection {
  /// Ends those backends that belong to one of the roles; hands them back.
  ///
  /// All of it is one transaction, and is rolled back: nobody else ever sees the memberships in whose
  /// name it asks, no DROP ROLE can come between them, nothing waits for a disk; and a signal, once
  /// sent, is sent.
  func terminate(_ pids: Set<Int>, asAnyOf roles: [String]) throws(PostgresError) -> Set<Int> {
    guard let name = roles.first else { return [] }
    let result: Result<Set<Int>, PostgresError>
    try execute("BEGIN")
    do throws(PostgresError) {
      try becomeOne(named: name, withPowersOf: roles.dropFirst())
      var ended: Set<Int> = []
      for pid in pids where try terminateOwn(pid) { ended.insert(pid) }
      result = .success(ended)
    } catch {
      result = .failure(error)
    }
    // A connection that is lost has rolled it back.
    if isUsable { try execute("ROLLBACK") }
    return try result.get()
  }

  /// The same, unless somebody holds one of the roles.
  func ask(_ pids: Set<Int>, amongst roles: [String]) throws(PostgresError) -> Asked {
    do throws(PostgresError) { return .ended(try terminate(pids, asAnyOf: roles)) } catch {
      guard error.isHeld, let place = error.failedStatement.map({ $0 - 1 }),
        roles.indices.contains(place)
      else { throw error }
      return .held(place, "\(error)")
    }
  }

  /// The first statement sets the bound; then comes one for each role, in their order.
  private func becomeOne(
    named name: String, withPowersOf others: ArraySlice<String>
  ) throws(PostgresError) {
    let role = try RoleStatements(name, on: self)
    let joining = try others.map { other throws(PostgresError) in
      Statement(role.join(scope: try quoted(identifier: other)))
    }
    _ = try pipeline(
      [.lockTimeout(milliseconds: 50), Statement(role.takeOver)] + joining
        + [.become(name), Statement("SAVEPOINT asking")])
  }

  private func terminateOwn(_ pid: Int) throws(PostgresError) -> Bool {
    do throws(PostgresError) {
      return try pipeline([Statement("ROLLBACK TO SAVEPOINT asking"), .terminate(pid)])[1][0]
        .bool("was_there")
    } catch {
      // To be refused anything else would say nothing about the backend.
      guard error.sqlState == .insufficientPrivilege, error.failedStatement == 1 else {
        throw error
      }
      return false
    }
  }
}
