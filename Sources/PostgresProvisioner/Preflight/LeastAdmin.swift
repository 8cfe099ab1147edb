import AccessCore
import PostgresClient

/// The statements by which a superuser makes the broker's login, with no more than it needs for
/// this policy on this version. They run as they are; a password is set apart from them, so that
/// none stands in SQL text.
func leastAdmin(
  _ question: PreflightQuestion, databases: [String], _ sql: PreflightSQL
) throws(PostgresError) -> [String] {
  let admin = try sql.name(question.admin.user)
  let hasOptions = sql.dialect.hasMembershipOptions
  var statements = [
    "CREATE ROLE \(admin) LOGIN CREATEROLE", grantSignal(to: admin, hasOptions),
  ]
  if hasOptions {
    statements.append("ALTER ROLE \(admin) SET createrole_self_grant = ''")
    for role in question.scopes + question.owners {
      statements.append(grantForGiving(try sql.name(role), to: admin))
    }
  }
  for database in databases {
    statements.append("GRANT CONNECT ON DATABASE \(try sql.name(database)) TO \(admin)")
  }
  if let applier = question.applier {
    statements += [
      "CREATE ROLE \(try sql.name(applier.user)) LOGIN\(hasOptions ? "" : " NOINHERIT")",
      """
      -- and for each owner of what the privileges are on: \
      GRANT (owner) TO \(try sql.name(applier.user))\(hasOptions ? " WITH INHERIT FALSE, SET TRUE" : "")
      """,
    ]
  }
  if case .password(let credential) = question.admin.proof {
    statements.append(
      "-- then give \(admin) the password that is in the credential \(credential)")
  }
  return statements
}
