import AccessCore
import PostgresClient

/// What everybody may do in the server, and how it is set up. Nothing of it refuses access.
func databaseChecks(
  _ facts: PreflightFacts, _ sql: PreflightSQL
) throws(PostgresError) -> [PreflightCheck] {
  let open = facts.databases.filter(\.publicConnects).map(\.name)
  let closed = facts.databases.filter { !$0.weConnect }.map(\.name)
  let admin = try sql.name(facts.admin.name)
  let prepares = facts.preparedMax != "0"
  let isSkewed = facts.clockSkewMs > Limits.clockSkewMsMax
  return [
    PreflightCheck(
      "public-connect", open.isEmpty ? .ok : .warning,
      found: open.isEmpty
        ? "nobody connects without a grant of CONNECT" : "everybody may connect to \(list(open))",
      why: "a grant on one database opens the others on the server as well",
      sql: try open.map { name throws(PostgresError) in
        "REVOKE CONNECT, TEMPORARY ON DATABASE \(try sql.name(name)) FROM PUBLIC"
      }),
    PreflightCheck(
      "broker-connect", closed.isEmpty ? .ok : .warning,
      found: closed.isEmpty
        ? "the broker may look into every database" : "not into \(list(closed))",
      why: "what a holder leaves in a database is found and removed only from within",
      sql: try closed.map { name throws(PostgresError) in
        "GRANT CONNECT ON DATABASE \(try sql.name(name)) TO \(admin)"
      }),
    PreflightCheck(
      "public-create", facts.publicCreates ? .warning : .ok,
      found: facts.publicCreates
        ? "everybody may create in the schema public" : "not everybody may create in public",
      why: "holders can leave tables and functions there, in the way of everybody's search_path",
      sql: facts.publicCreates ? ["REVOKE CREATE ON SCHEMA public FROM PUBLIC"] : []),
    PreflightCheck(
      "prepared-transactions", prepares ? .warning : .ok,
      found: "max_prepared_transactions = \(facts.preparedMax)",
      why:
        "a prepared transaction outlives its session and keeps its locks; the broker rolls back a holder's",
      sql: prepares
        ? ["ALTER SYSTEM SET max_prepared_transactions = 0 -- then restart, if nobody needs them"]
        : []),
    PreflightCheck(
      "clock", isSkewed ? .warning : .ok,
      found: facts.clockSkewMs == 0
        ? "as the broker's" : "\(facts.clockSkewMs) ms from the broker's",
      why: "VALID UNTIL is judged by the server's clock; set both by NTP"),
  ]
}

private func list(_ names: [String]) -> String {
  names.map(\.inert).joined(separator: ", ")
}
