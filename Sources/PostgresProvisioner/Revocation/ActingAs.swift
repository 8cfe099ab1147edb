import PostgresClient

extension Connection {
  /// Runs `body` as another role, and stops being able to become it afterwards.
  ///
  /// Only what belongs to somebody may be undone by them, and we are no superuser.
  func acting<Value>(
    as name: String, _ body: (isolated Connection) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    let joined = try join(name)
    let result: Result<Value, PostgresError>
    do throws(PostgresError) {
      try execute(try RoleStatements(name, on: self).become)
      result = .success(try body(self))
    } catch {
      result = .failure(error)
    }
    if isUsable { try execute("RESET ROLE") }
    try leave(name, joined)
    return try result.get()
  }

  /// Runs `body` with the privileges of another role beside our own.
  func belonging<Value>(
    to name: String, _ body: (isolated Connection) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    let joined = try join(name)
    let result: Result<Value, PostgresError>
    do throws(PostgresError) { result = .success(try body(self)) } catch {
      result = .failure(error)
    }
    try leave(name, joined)
    return try result.get()
  }

  /// Runs `body` with the privileges of the scopes beside our own: else we could not even name what
  /// lies in their schemas. Those that we are not given are left out.
  func reaching<Value>(
    _ scopes: [String], _ body: (isolated Connection) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    var joined: [String] = []
    for scope in scopes {
      do throws(PostgresError) {
        if try join(scope) { joined.append(scope) }
      } catch {
        guard case .server = error.kind else { throw error }
      }
    }
    let result: Result<Value, PostgresError>
    do throws(PostgresError) { result = .success(try body(self)) } catch {
      result = .failure(error)
    }
    for scope in joined { try leave(scope, true) }
    return try result.get()
  }

  /// False when an operator has given us all of that: we do not give it back. What we gave
  /// ourselves, and were cut off before we gave it back, we do.
  private func join(_ name: String) throws(PostgresError) -> Bool {
    let hasOptions = Dialect(serverVersion: serverVersion).hasMembershipOptions
    let needed = hasOptions ? ["SET", "USAGE"] : ["MEMBER"]
    let standing = try query(.standing(in: name, needing: needed)).first
    if try standing?.bool("is_member") == true { return try standing?.bool("is_ours") ?? false }
    try execute(try RoleStatements(name, on: self).takeOver)
    return true
  }

  private func leave(_ name: String, _ joined: Bool) throws(PostgresError) {
    if joined, isUsable { try execute(try RoleStatements(name, on: self).giveBack) }
  }
}
