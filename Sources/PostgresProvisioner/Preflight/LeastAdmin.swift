import AccessCore
import PostgresClient

/// The statements by which a superuser makes the broker's login, with no more than it needs for
/// this policy on this version. They run as they are; a password is set apart from them, so that
/// none stands in SQL text.
func leastAdmin(
  _ question: PreflightQuestion, in database: String, databases: [String], ownersOfThings: [String],
  _ sql: PreflightSQL
) throws(PostgresError) -> [String] {
  let admin = try sql.name(question.admin.user)
  let hasOptions = sql.dialect.hasMembershipOptions
  var statements = [
    "CREATE ROLE \(admin) LOGIN CREATEROLE", grantSignal(to: admin, hasOptions),
  ]
  if hasOptions {
    statements.append(grantReserve(to: admin))
    statements.append("ALTER ROLE \(admin) SET createrole_self_grant = ''")
    for role in question.scopes + question.owners {
      statements.append(grantForGiving(try sql.name(role), to: admin))
    }
  }
  for database in databases {
    statements.append("GRANT CONNECT ON DATABASE \(try sql.name(database)) TO \(admin)")
  }
  if let applier = try question.kept?.applier.map(sql.name) {
    statements += [
      "CREATE ROLE \(applier) LOGIN\(hasOptions ? "" : " NOINHERIT")",
      "GRANT CONNECT ON DATABASE \(try sql.name(database)) TO \(applier)",
    ]
    for owner in ownersOfThings {
      statements.append(
        "GRANT \(try sql.name(owner)) TO \(applier)"
          + (hasOptions ? " WITH INHERIT FALSE, SET TRUE" : ""))
    }
  }
  if case .password(let credential) = question.admin.proof {
    statements.append(
      "-- then give \(admin) the password that is in the credential \(credential)")
  }
  return statements
}
