import PostgresClient

extension Statement {
  /// Roles with the OIDs, roles whose comment begins with `prefix`, and roles that are named like
  /// those that we make, the broker's own login aside.
  static func survey(of oids: [UInt32], prefix: String, marker: String) -> Statement {
    Statement(
      """
      SELECT r.oid, r.rolname, r.rolcanlogin, r.rolconnlimit,
             r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
             CASE WHEN pg_catalog.isfinite(r.rolvaliduntil)
                  THEN (pg_catalog.date_part('epoch', r.rolvaliduntil) * 1000)::pg_catalog.int8
             END AS expires_ms,
             d.description AS comment, \(isFenced) AS is_fenced,
             EXISTS (SELECT
                       FROM pg_catalog.pg_auth_members m
                       JOIN pg_catalog.pg_roles marker ON marker.oid = m.roleid
                      WHERE m.member = r.oid AND marker.rolname = $3) AS is_marked
        FROM pg_catalog.pg_roles r
        LEFT JOIN pg_catalog.pg_shdescription d
          ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
       WHERE r.oid = ANY ($1::pg_catalog.oid[])
          OR pg_catalog.starts_with(d.description, $2)
          OR r.rolname ~ '^jit_[a-z0-9_]*_[0-9a-hjkmnp-tv-z]{8}$' AND r.rolname <> CURRENT_USER
       ORDER BY r.oid
      """, [arrayLiteral(oids), prefix, marker])
  }

  /// What roles are members of, and how; NULL where the version has no such option.
  static func memberships(of oids: [UInt32], _ dialect: Dialect) -> Statement {
    let options =
      dialect.hasMembershipOptions
      ? "m.inherit_option, m.set_option" : "NULL AS inherit_option, NULL AS set_option"
    return Statement(
      """
      SELECT m.member AS oid, scope.rolname AS scope, m.admin_option, \(options)
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles scope ON scope.oid = m.roleid
       WHERE m.member = ANY ($1::pg_catalog.oid[])
      """, [arrayLiteral(oids)])
  }

  /// Who is a member of the roles, the broker's own login aside.
  static func members(of oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT DISTINCT m.roleid AS oid, r.rolname AS member
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles r ON r.oid = m.member
       WHERE m.roleid = ANY ($1::pg_catalog.oid[]) AND r.rolname <> CURRENT_USER
       ORDER BY 1, 2
      """, [arrayLiteral(oids)])
  }

  /// Settings that sessions of the roles begin with, by name: a value may be a secret.
  static func settings(of oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT s.setrole AS oid, d.datname AS database,
             pg_catalog.split_part(setting.text, '=', 1) AS name
        FROM pg_catalog.pg_db_role_setting s
       CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) setting (text)
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
       WHERE s.setrole = ANY ($1::pg_catalog.oid[])
       ORDER BY 1, 2, 3
      """, [arrayLiteral(oids)])
  }

  /// Roles with our marker and tag whose time is over by the server's own clock; those that are
  /// fenced are, too.
  static func overdue(marker: String, prefix: String) -> Statement {
    Statement(
      """
      SELECT DISTINCT r.oid, r.rolname
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles marker ON marker.oid = m.roleid
        JOIN pg_catalog.pg_roles r ON r.oid = m.member
        JOIN pg_catalog.pg_shdescription d
          ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
       WHERE marker.rolname = $1 AND pg_catalog.starts_with(d.description, $2)
         AND r.rolvaliduntil < pg_catalog.clock_timestamp()
       ORDER BY r.oid
      """, [marker, prefix])
  }
}
