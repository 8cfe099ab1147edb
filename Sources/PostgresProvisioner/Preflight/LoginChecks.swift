import AccessCore
import PostgresClient

/// Who the broker is in the server, and how it gets there.
func loginChecks(
  _ facts: PreflightFacts, _ access: DatabaseAccess, tested: ClosedRange<Int>, _ sql: PreflightSQL
) throws(PostgresError) -> [PreflightCheck] {
  let admin = facts.admin
  let name = try sql.name(admin.name)
  let hasOptions = sql.dialect.hasMembershipOptions
  return [
    PreflightCheck(
      .untestedVersion, [sql.dialect.danger(tested: tested)].compactMap(\.self),
      otherwise: "PostgreSQL \(facts.version.inert)",
      why: """
        a version that nobody has tried may give holders ways to stay that nobody looks for; \
        grants that are live on it end as on the newest one known
        """),
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
    reserve(facts, name), selfGrant(facts, name), connection(access), verification(access),
  ].compactMap(\.self)
}

func grantSignal(to name: String, _ hasOptions: Bool) -> String {
  "GRANT pg_signal_backend TO \(name)" + (hasOptions ? " WITH INHERIT TRUE, SET FALSE" : "")
}

/// Whoever may reach the server can take all its connections, without any password.
private func reserve(_ facts: PreflightFacts, _ name: String) -> PreflightCheck {
  let why = """
    when others have taken all connections, the broker ends access by those that it has open; one that \
    begins then cannot
    """
  guard let count = facts.reservedConnections, let uses = facts.admin.usesReserve else {
    return PreflightCheck(
      "reserved-connections", .warning, found: "before 16 a server keeps none for the broker",
      why: why)
  }
  return PreflightCheck(
    "reserved-connections", uses && count > 0 ? .ok : .warning,
    found: "reserved_connections = \(count)"
      + (uses ? "" : ", and not in pg_use_reserved_connections"),
    why: why,
    sql: (uses ? [] : [grantReserve(to: name)])
      + (count > 0 ? [] : ["ALTER SYSTEM SET reserved_connections = 4 -- then restart"]))
}

func grantReserve(to name: String) -> String {
  "GRANT pg_use_reserved_connections TO \(name) WITH INHERIT TRUE, SET FALSE"
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
