import PostgresClient

extension Statement {
  /// The roles that somebody with the scopes could act as, or in whose name it could leave
  /// something: the scopes, every role that they lead to by now, and those of `before`.
  ///
  /// `holders` are other grants' roles that lead to it, too, and can still log in.
  static func reached(
    from scopes: [String], before: [String], besides oid: UInt32, marker: String, prefix: String
  ) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes), reached AS (
        SELECT oid
          FROM reach
        UNION
        SELECT r.oid
          FROM pg_catalog.pg_roles r
         WHERE r.rolname = ANY ($2::pg_catalog.text[])
      ), live AS (
        SELECT r.oid, r.rolname
          FROM pg_catalog.pg_auth_members m
          JOIN pg_catalog.pg_roles marker ON marker.oid = m.roleid
          JOIN pg_catalog.pg_roles r ON r.oid = m.member
          JOIN pg_catalog.pg_shdescription d
            ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         WHERE marker.rolname = $4 AND r.oid <> $3::pg_catalog.oid
           AND pg_catalog.starts_with(d.description, $5) AND NOT (\(isFenced))
      ), member (role, oid) AS (
        SELECT oid, oid
          FROM reached
        UNION
        SELECT member.role, m.member
          FROM member
          JOIN pg_catalog.pg_auth_members m ON m.roleid = member.oid
      ), held AS (
        SELECT member.role, pg_catalog.min(live.rolname::pg_catalog.text) AS holder,
               pg_catalog.count(*) AS holders
          FROM member
          JOIN live ON live.oid = member.oid
         GROUP BY member.role
      )
      SELECT r.rolname, r.oid < 16384 AS is_of_the_server, r.rolsuper,
             r.rolname = ANY ($1::pg_catalog.text[]) OR r.rolname = ANY ($2::pg_catalog.text[])
               AS was_before,
             held.holder, held.holders
        FROM reached
        JOIN pg_catalog.pg_roles r ON r.oid = reached.oid
        LEFT JOIN held ON held.role = r.oid
       ORDER BY r.oid
      """, [arrayLiteral(scopes), arrayLiteral(before), String(oid), marker, prefix])
  }

  /// How much each of the roles owns, database by database, default privileges included, and how
  /// many transactions are prepared in its name.
  static func holdings(of roles: [String]) -> Statement {
    Statement(
      """
      SELECT r.rolname, COALESCE(b.datname, '(all)') AS database, 'things' AS what,
             pg_catalog.count(*) AS number
        FROM pg_catalog.pg_roles r
        JOIN pg_catalog.pg_shdepend d
          ON d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = r.oid
         AND d.deptype = 'o'
        LEFT JOIN pg_catalog.pg_database b ON b.oid = d.dbid
       WHERE r.rolname = ANY ($1::pg_catalog.text[])
       GROUP BY r.rolname, b.datname
      UNION ALL
      SELECT r.rolname, b.datname, 'prepared transactions', pg_catalog.count(*)
        FROM pg_catalog.pg_roles r
        JOIN pg_catalog.pg_prepared_xact() p ON p.ownerid = r.oid
        JOIN pg_catalog.pg_database b ON b.oid = p.dbid
       WHERE r.rolname = ANY ($1::pg_catalog.text[])
       GROUP BY r.rolname, b.datname
       ORDER BY 1, 2, 3
      """, [arrayLiteral(roles)])
  }

  /// What roles of the server itself own here, as `pg_read_all_data`: `pg_shdepend` has nothing of
  /// it, and REASSIGN OWNED refuses them. In `sql` what gives it to another role, which wants the
  /// role behind it. The first so many.
  static func ownedByServer(_ roles: [String], limit: Int) -> Statement {
    Statement(
      """
      WITH owned (classid, objid, owner) AS (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relowner
          FROM pg_catalog.pg_class
         WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND relpersistence <> 't'
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, proowner
          FROM pg_catalog.pg_proc
        UNION ALL
        SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, nspowner
          FROM pg_catalog.pg_namespace
        UNION ALL
        SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typowner
          FROM pg_catalog.pg_type t
          LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
         WHERE (c.oid IS NULL OR c.relkind = 'c')
           AND NOT EXISTS (SELECT
                             FROM pg_catalog.pg_type e
                            WHERE e.typarray = t.oid)
        UNION ALL
        SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprowner
          FROM pg_catalog.pg_operator
        UNION ALL
        SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collowner
          FROM pg_catalog.pg_collation
        UNION ALL
        SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid, stxowner
          FROM pg_catalog.pg_statistic_ext
        UNION ALL
        SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictowner
          FROM pg_catalog.pg_ts_dict
        UNION ALL
        SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgowner
          FROM pg_catalog.pg_ts_config
        UNION ALL
        SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, oid, srvowner
          FROM pg_catalog.pg_foreign_server
        UNION ALL
        SELECT 'pg_catalog.pg_largeobject'::pg_catalog.regclass, oid, lomowner
          FROM pg_catalog.pg_largeobject_metadata
        UNION ALL
        SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, oid, pubowner
          FROM pg_catalog.pg_publication
      ), theirs AS (
        SELECT owned.*, r.rolname, pg_catalog.count(*) OVER () AS total
          FROM owned
          JOIN pg_catalog.pg_roles r ON r.oid = owned.owner
         WHERE r.rolname = ANY ($1::pg_catalog.text[])
         ORDER BY owned.classid, owned.objid
         LIMIT $2
      )
      SELECT pg_catalog.current_database() AS database, theirs.rolname, theirs.total, o.type AS kind,
             o.identity AS name,
             pg_catalog.format('ALTER %s %s OWNER TO ',
                               CASE o.type WHEN 'composite type' THEN 'TYPE'
                                           ELSE pg_catalog.upper(o.type) END,
                               o.identity) AS sql
        FROM theirs
       CROSS JOIN LATERAL pg_catalog.pg_identify_object(theirs.classid, theirs.objid, 0) o
      """, [arrayLiteral(roles), String(limit)])
  }

  /// Databases that somebody could have been in; our own comes first.
  static let openToUs = Statement(
    """
    SELECT b.datname AS database
      FROM pg_catalog.pg_database b
     WHERE b.datallowconn AND pg_catalog.has_database_privilege(b.oid, 'CONNECT')
     ORDER BY b.datname <> pg_catalog.current_database(), b.datname
    """)
}
