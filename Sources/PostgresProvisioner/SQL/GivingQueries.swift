import PostgresClient

extension Statement {
  /// The statements that give away what the role owns and what carries no code, in `sql`, which
  /// wants the new owner behind it: tables on their own, sequences on their own, and materialized
  /// views. Code is whatever would run when the new owner, or a stranger, uses the thing: triggers,
  /// rules, policies, and functions, operators, types and views that are no superuser's in
  /// defaults, checks, indexes and queries.
  static func giving(from oid: UInt32, toPowerful: Bool) -> Statement {
    Statement(
      """
      SELECT pg_catalog.format(
               'ALTER %s %s OWNER TO ',
               CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'S' THEN 'SEQUENCE'
                    ELSE 'MATERIALIZED VIEW' END,
               c.oid::pg_catalog.regclass) AS sql
        FROM pg_catalog.pg_class c
       WHERE c.relowner = $1::pg_catalog.oid AND c.relpersistence <> 't'
         -- To refresh one runs its query as the owner.
         AND (c.relkind IN ('r', 'S') OR c.relkind = 'm' AND NOT $2::pg_catalog.bool)
         AND NOT c.relrowsecurity
         AND NOT EXISTS (SELECT
                           FROM pg_catalog.pg_trigger t
                          WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)
         AND NOT EXISTS (SELECT
                           FROM pg_catalog.pg_rewrite w
                          WHERE w.ev_class = c.oid AND c.relkind <> 'm')
         AND NOT EXISTS (SELECT
                           FROM pg_catalog.pg_inherits i
                          WHERE c.oid IN (i.inhrelid, i.inhparent))
         -- The sequence of a column goes with its table.
         AND NOT EXISTS (SELECT
                           FROM pg_catalog.pg_depend d
                          WHERE c.relkind = 'S' AND d.objid = c.oid
                            AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND d.refclassid = d.classid AND d.deptype IN ('a', 'i'))
         AND NOT EXISTS (
           WITH RECURSIVE part (classid, objid) AS (
             SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, c.oid
             UNION
             SELECT d.classid, d.objid
               FROM part
               JOIN pg_catalog.pg_depend d
                 ON d.refclassid = part.classid AND d.refobjid = part.objid
                AND d.deptype IN ('a', 'i')
           )
           SELECT
             FROM part
             JOIN pg_catalog.pg_depend d ON d.classid = part.classid AND d.objid = part.objid
             LEFT JOIN pg_catalog.pg_proc p
               ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.refobjid
             LEFT JOIN pg_catalog.pg_operator o
               ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
              AND o.oid = d.refobjid
             LEFT JOIN pg_catalog.pg_opclass k
               ON d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND k.oid = d.refobjid
             LEFT JOIN pg_catalog.pg_type t
               ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.refobjid
              AND NOT EXISTS (SELECT
                                FROM part own
                               WHERE own.classid = d.refclassid AND own.objid = t.oid)
             LEFT JOIN pg_catalog.pg_class v
               ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND v.oid = d.refobjid
              AND v.oid <> c.oid AND (v.relkind IN ('v', 'm', 'f') OR v.relrowsecurity)
             JOIN pg_catalog.pg_roles owner
               ON owner.oid IN (p.proowner, o.oprowner, k.opcowner, t.typowner, v.relowner)
            WHERE NOT owner.rolsuper)
       ORDER BY c.relkind = 'S', c.oid
      """, [String(oid), String(toPowerful)])
  }

  /// The role, if it is there and neither a grant's nor the server's own.
  static func heir(_ role: String, unlessIn marker: String) -> Statement {
    Statement(
      """
      SELECT r.oid
        FROM pg_catalog.pg_roles r
       WHERE r.rolname = $1 AND r.rolname NOT LIKE 'pg\\_%'
         AND NOT EXISTS (SELECT
                           FROM pg_catalog.pg_auth_members m
                           JOIN pg_catalog.pg_roles marker ON marker.oid = m.roleid
                          WHERE m.member = r.oid AND marker.rolname = $2)
      """, [role, marker])
  }

  /// Whether a role is there, and whether it can do more than others; nothing when it is not.
  static func power(of role: String) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes)
      SELECT pg_catalog.bool_or(
               via.rolsuper OR via.rolcreaterole OR via.rolcreatedb OR via.rolreplication
                 OR via.rolbypassrls OR via.rolname LIKE 'pg\\_%'
                 OR via.rolname IN ('rds_superuser', 'cloudsqlsuperuser')) AS is_powerful
        FROM reach
        JOIN pg_catalog.pg_roles via ON via.oid = reach.oid
      HAVING pg_catalog.count(*) > 0
      """, [arrayLiteral([role])])
  }
}
