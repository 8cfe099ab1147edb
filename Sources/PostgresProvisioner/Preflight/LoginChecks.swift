import AccessCore
import PostgresClient

/// Who the broker is in the server, and how it gets there.
func loginChecks(
  _ facts: PreflightFacts, _ access: DatabaseAccess, _ sql: PreflightSQL
) throws(PostgresError) -> [PreflightCheck] {
  let admin = facts.admin
  let name = try sql.name(admin.name)
  let hasOptions = sql.dialect.hasMembershipOptions
  let isKnown = 140_000..<190_000 ~= sql.dialect.serverVersion
  return [
    PreflightCheck(
      "server-version", isKnown ? .ok : .warning, found: "PostgreSQL \(facts.version.inert)",
      why: "the broker was tried on 14 to 18"),
    PreflightCheck(
      .createroleIsSuperuser, [admin.danger].compactMap(\.self),
      otherwise: "\(admin.name.inert) may give only what it was given",
      why: hasOptions
        ? """
        who may give a scope may use it, so a stolen broker is all scopes together; a superuser \
        would be everything
        """
        : """
        up to 15, CREATEROLE is every non-superuser: it can give itself any role, change \
        anyone's password, and through pg_execute_server_program be the system user of the server
        """,
      sql: admin.isSuperuser ? ["ALTER ROLE \(name) NOSUPERUSER"] : []),
    PreflightCheck(
      "may-create-roles", admin.createsRoles || admin.isSuperuser ? .ok : .missing,
      found: admin.createsRoles ? "CREATEROLE" : admin.isSuperuser ? "superuser" : "no CREATEROLE",
      why: "each grant is a role of its own",
      sql: admin.createsRoles || admin.isSuperuser ? [] : ["ALTER ROLE \(name) CREATEROLE"]),
    PreflightCheck(
      "may-end-sessions", admin.endsSessions ? .ok : .missing,
      found: admin.endsSessions ? "pg_signal_backend" : "not in pg_signal_backend",
      why: "a grant ends when its sessions do",
      sql: admin.endsSessions
        ? [] : [grantSignal(to: name, hasOptions)]),
    selfGrant(facts, name), connection(access), verification(access),
  ].compactMap(\.self)
}

func grantSignal(to name: String, _ hasOptions: Bool) -> String {
  "GRANT pg_signal_backend TO \(name)" + (hasOptions ? " WITH INHERIT TRUE, SET FALSE" : "")
}

private func selfGrant(_ facts: PreflightFacts, _ name: String) -> PreflightCheck? {
  guard let value = facts.selfGrant else { return nil }
  return PreflightCheck(
    "createrole-self-grant", value.isEmpty ? .ok : .warning,
    found: value.isEmpty ? "empty" : value.inert,
    why: "else the broker is a member of each role that it makes, and a stolen one of all of them",
    sql: value.isEmpty ? [] : ["ALTER ROLE \(name) SET createrole_self_grant = ''"])
}

private func connection(_ access: DatabaseAccess) -> PreflightCheck {
  PreflightCheck(
    .plainConnection, [access.plainConnection].compactMap(\.self),
    otherwise: access.isOnThisHost ? "stays on this host" : "TLS, and nothing without it",
    why: """
      what is on the wire could be read and changed: verifiers, statements, data. \
      Set sslmode: verify-full under `connection:`
      """)
}

private func verification(_ access: DatabaseAccess) -> PreflightCheck? {
  guard !access.isOnThisHost, access.plainConnection == nil else { return nil }
  let isVerified = access.sslmode != .require
  return PreflightCheck(
    "server-verified", isVerified ? .ok : .warning, found: "sslmode \(access.sslmode.rawValue)",
    why: "TLS keeps a secret only from who is not at its other end: verify-full looks who that is")
}
