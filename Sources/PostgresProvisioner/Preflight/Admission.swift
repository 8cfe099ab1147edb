import AccessCore
import PostgresClient

/// Whether people get in at all: what a grant may connect to it has from its scopes, or as
/// everybody. From 16 on what it acts as does not count before the session has begun.
func admission(
  _ facts: PreflightFacts, _ question: PreflightQuestion, _ sql: PreflightSQL
) throws(PostgresError) -> PreflightCheck {
  let ours = facts.databases.first(where: \.isOurs)
  let inherits = !sql.dialect.hasMembershipOptions
  let shutOut = question.roles.filter { role in
    let scope = role.postgresql
    let ways = scope.memberOf + (inherits ? [scope.actsAs].compactMap(\.self) : [])
    // What the broker keeps may connect as soon as it is in step.
    return scope.privileges.isEmpty && ours?.publicConnects == false
      && ways.allSatisfy(facts.shutOut.contains)
  }
  let doors = Set(shutOut.flatMap { $0.postgresql.memberOf.prefix(1) }).sorted()
  return PreflightCheck(
    "scopes-connect", shutOut.isEmpty ? .ok : .warning,
    found: shutOut.isEmpty
      ? "whoever gets a role may connect"
      : "nobody connects by \(shutOut.map(\.name.text).joined(separator: ", "))",
    why: """
      a grant connects by what its scopes may, unless everybody may; a role that acts as an owner \
      wants a group role under member_of for that
      """,
    sql: try doors.map { name throws(PostgresError) in
      "GRANT CONNECT ON DATABASE \(try sql.name(ours?.name ?? "")) TO \(try sql.name(name))"
    })
}
