import AccessCore
import PostgresClient

extension Statement {
  /// Roles with the OIDs, roles whose comment begins with `prefix`, and roles that are named like
  /// those that we make, the broker's own login aside; of the latter two the oldest ones, because
  /// anybody who makes roles chooses how many they are.
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
          OR r.oid IN (SELECT tagged.objoid
                         FROM pg_catalog.pg_shdescription tagged
                        WHERE tagged.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                          AND pg_catalog.starts_with(tagged.description, $2)
                          AND tagged.objoid <> ALL ($1::pg_catalog.oid[])
                        ORDER BY tagged.objoid
                        LIMIT \(Limits.surveyedMax))
          OR r.oid IN (SELECT alike.oid
                         FROM pg_catalog.pg_roles alike
                        WHERE alike.rolname ~ '^jit_[a-z0-9_]*_[0-9a-hjkmnp-tv-z]{8}$'
                          AND alike.rolname <> CURRENT_USER
                          AND alike.oid <> ALL ($1::pg_catalog.oid[])
                          AND NOT EXISTS (
                            SELECT
                              FROM pg_catalog.pg_shdescription tag
                             WHERE tag.objoid = alike.oid
                               AND tag.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                               AND pg_catalog.starts_with(tag.description, 'jit1:'))
                        ORDER BY alike.oid
                        LIMIT \(Limits.surveyedMax))
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

  /// Who is a member of the roles, the broker's own login aside: of each the first ones by name, and
  /// in `total` how many there are.
  static func members(of oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT oid, member, total
        FROM (SELECT m.roleid AS oid, r.rolname AS member,
                     count(*) OVER (PARTITION BY m.roleid) AS total,
                     pg_catalog.row_number() OVER (PARTITION BY m.roleid ORDER BY r.rolname)
                       AS place
                FROM (SELECT DISTINCT roleid, member
                        FROM pg_catalog.pg_auth_members
                       WHERE roleid = ANY ($1::pg_catalog.oid[])) m
                JOIN pg_catalog.pg_roles r ON r.oid = m.member
               WHERE r.rolname <> CURRENT_USER) found
       WHERE place <= \(Limits.driftListedMax)
       ORDER BY 1, 2
      """, [arrayLiteral(oids)])
  }

  /// Settings that sessions of the roles begin with, by name: a value may be a secret. Of each role
  /// the first ones, and in `total` how many there are.
  static func settings(of oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT oid, database, name, total
        FROM (SELECT setting.*, count(*) OVER (PARTITION BY oid) AS total,
                     pg_catalog.row_number() OVER (PARTITION BY oid ORDER BY database, name)
                       AS place
                FROM (SELECT s.setrole AS oid, d.datname AS database,
                             pg_catalog.split_part(pair.text, '=', 1) AS name
                        FROM pg_catalog.pg_db_role_setting s
                       CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) pair (text)
                        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
                       WHERE s.setrole = ANY ($1::pg_catalog.oid[])) setting) found
       WHERE place <= \(Limits.driftListedMax)
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
