import AccessCore
import PostgresClient

extension Connection {
  /// Gives what carries no code to another role.
  ///
  /// All of it, or nothing. What cannot be given stays what it is, and is looked at with the rest.
  func give(to heir: String, from role: RoleRecord) throws(PostgresError) {
    guard let power = try query(.power(of: heir)).first else { return }
    let giving = try query(
      .giving(from: role.oid, toPowerful: try power.bool("is_powerful")))
    if giving.isEmpty { return }
    let newOwner = try quoted(identifier: heir)
    let statements = try giving.map { row throws(PostgresError) in
      try row.text("sql") + newOwner
    }
    try belonging(to: heir) { connection throws(PostgresError) in
      try connection.execute(statements.joined(separator: ";\n"))
    }
  }
}
