import PostgresClient

extension Statement {
  /// Each scope with every role that it is a member of, itself included, scopes in OID order.
  ///
  /// OFFSET 0, here and in `reachOfScopes`: else the server reads all roles and all memberships that
  /// there are, to find those of a few.
  static func reach(of scopes: [String]) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes)
      SELECT pg_catalog.pg_get_userbyid(reach.scope) AS scope, via.rolname AS via,
             via.rolcanlogin, via.rolsuper, via.rolcreaterole, via.rolcreatedb,
             via.rolreplication, via.rolbypassrls,
             EXISTS (SELECT
                       FROM pg_catalog.pg_shdepend d
                      WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                        AND d.refobjid = via.oid AND d.deptype = 'o') AS owns,
             pg_catalog.pg_has_role(CURRENT_USER, reach.scope, 'MEMBER WITH ADMIN OPTION')
               AS can_give
        FROM reach
       CROSS JOIN LATERAL (SELECT *
                             FROM pg_catalog.pg_roles
                            WHERE oid = reach.oid
                           OFFSET 0) via
       ORDER BY reach.scope, via.oid
      """, [arrayLiteral(scopes)])
  }

  /// One row: whether each of the two is there.
  static func existing(_ role: String, _ marker: String) -> Statement {
    Statement(
      """
      SELECT EXISTS (SELECT
                       FROM pg_catalog.pg_roles
                      WHERE rolname = $1) AS has_role,
             EXISTS (SELECT
                       FROM pg_catalog.pg_roles
                      WHERE rolname = $2) AS has_marker
      """, [role, marker])
  }

  static func attributes(of role: String) -> Statement {
    Statement(
      """
      SELECT oid, rolcanlogin, rolconnlimit,
             rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
               AS is_powerful,
             (pg_catalog.date_part('epoch', rolvaliduntil) * 1000)::pg_catalog.int8 AS expires_ms
        FROM pg_catalog.pg_roles
       WHERE rolname = $1
      """, [role])
  }

  /// What a role is a member of, and how; NULL where the version has no such option.
  static func memberships(of role: String, _ dialect: Dialect) -> Statement {
    let options =
      dialect.hasMembershipOptions
      ? "m.inherit_option, m.set_option" : "NULL AS inherit_option, NULL AS set_option"
    return Statement(
      """
      SELECT scope.rolname AS scope, m.admin_option, \(options)
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles scope ON scope.oid = m.roleid
       WHERE m.member = (SELECT oid
                           FROM pg_catalog.pg_roles
                          WHERE rolname = $1)
      """, [role])
  }

  /// The role that has the OID or the name; there can be two.
  static func role(oid: UInt32?, name: String) -> Statement {
    Statement(
      """
      SELECT r.oid, r.rolname,
             (SELECT d.description
                FROM pg_catalog.pg_shdescription d
               WHERE d.objoid = r.oid
                 AND d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass) AS comment,
             \(isFenced) AS is_fenced
        FROM pg_catalog.pg_roles r
       WHERE r.oid = $1::pg_catalog.oid OR r.rolname = $2
      """, [oid.map { String($0) }, name])
  }
}

/// What `RoleStatements.fence` leaves behind; nothing else of ours makes a role so, and its holder
/// cannot.
let isFenced = """
  NOT r.rolcanlogin AND r.rolconnlimit = 0
    AND r.rolvaliduntil IS NOT DISTINCT FROM '-infinity'::pg_catalog.timestamptz
  """
