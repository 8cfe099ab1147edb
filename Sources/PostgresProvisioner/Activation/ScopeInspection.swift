import AccessCore
import PostgresClient

/// The role that every temporary role is a member of, so that `pg_hba.conf` can have one rule for
/// names that it cannot know (`+jit_grants`).
let markerRole = "jit_grants"

/// What the server has of all that a plan needs, read before anything is made.
struct ScopeInspection: Sendable {
  /// Each once, in OID order: on 16+ a grant locks its scope, and two activations that lock in
  /// different orders would deadlock.
  let scopes: [String]
  /// Why the plan cannot be carried out; for people.
  let objections: [String]
  let hasMarker: Bool
}

extension Connection {
  func inspect(_ plan: RolePlan) throws(PostgresError) -> ScopeInspection {
    let answers = try pipeline([
      .existing(among: [plan.name, markerRole]), .reach(of: plan.scopes + [markerRole]),
    ])
    var existing: Set<String> = []
    for row in answers[0] { existing.insert(try row.text("rolname")) }
    var scopes: [String] = []
    var objections: [String] = []
    if existing.contains(plan.name) {
      objections.append("a role \(plan.name) is there already; it is left as it is")
    }
    for row in answers[1] {
      let scope = try row.text("scope")
      if scope != markerRole, scopes.last != scope { scopes.append(scope) }
      objections += try dangers(in: row).map { danger in
        "the scope \(scope) is \(danger); use a scope that is not"
      }
    }
    for missing in plan.scopes where !scopes.contains(missing) {
      objections.append("the scope \(missing) does not exist; create it as a NOLOGIN role")
    }
    return ScopeInspection(
      scopes: scopes, objections: objections, hasMarker: existing.contains(markerRole))
  }
}

/// What makes one of the roles that a scope reaches too powerful for a scope.
private func dangers(in row: Row) throws(PostgresError) -> [String] {
  let via = try row.text("via")
  let way = via == (try row.text("scope")) ? "" : ", through \(via)"
  var dangers: [String] = []
  for (column, attribute) in dangerousAttributes where try row.bool(column) {
    dangers.append(attribute + way)
  }
  if dangerousMemberships.contains(via) { dangers.append("a member of \(via)") }
  return dangers
}

private let dangerousAttributes = [
  ("rolcanlogin", "LOGIN"), ("rolsuper", "SUPERUSER"), ("rolcreaterole", "CREATEROLE"),
  ("rolcreatedb", "CREATEDB"), ("rolreplication", "REPLICATION"), ("rolbypassrls", "BYPASSRLS"),
]

/// Roles that reach the operating system, others' sessions, or are a hosted server's superuser.
private let dangerousMemberships: Set<String> = [
  "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
  "pg_signal_backend", "rds_superuser", "cloudsqlsuperuser",
]
