import AccessCore
import PostgresClient

extension Statement {
  /// Statements of `executeEach` that give away what the role owns and what provably is data; the new
  /// owner comes behind each of them.
  static func giving(from oid: UInt32, toPowerful: Bool) -> Statement {
    Statement(
      """
      \(relations)
      SELECT pg_catalog.format('ALTER %s %s.%s OWNER TO ', type, schema, name) AS sql, 5 AS weight
        FROM thing
       WHERE reason IS NULL
       ORDER BY relkind = 'S', oid
      """, [String(oid), String(toPowerful)])
  }

  /// The first ones of what is not given, and why.
  static func keeping(of oid: UInt32, toPowerful: Bool) -> Statement {
    Statement(
      """
      \(relations)
      SELECT schema || '.' || name AS name, reason
        FROM (SELECT thing.*, pg_catalog.row_number() OVER (PARTITION BY relkind ORDER BY oid) AS place
                FROM thing
               WHERE reason IS NOT NULL) thing
       WHERE place <= \(Limits.residueOfAKindMax)
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

/// The tables, sequences and materialized views of the role `$1`, and of each why it is not plain data:
/// something in it would run when the new owner (with `$2` a powerful one), or a stranger, uses it. The
/// sequence of a column goes with its table.
private let relations = """
  WITH RECURSIVE mine AS MATERIALIZED (
    SELECT c.oid, c.relkind, c.relrowsecurity, pg_catalog.quote_ident(n.nspname) AS schema,
           pg_catalog.quote_ident(c.relname) AS name
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relowner = $1::pg_catalog.oid AND c.relpersistence <> 't'
       AND c.relkind IN ('r', 'p', 'S', 'm')
       AND NOT EXISTS (SELECT
                         FROM pg_catalog.pg_depend d
                        WHERE c.relkind = 'S' AND d.objid = c.oid
                          AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                          AND d.refclassid = d.classid AND d.deptype IN ('a', 'i'))
  ), \(expressions(of: "pg_class")), \(mentions), reasons (oid, reason) AS (
    SELECT relation, reason FROM unsafe_expression
    UNION ALL
    SELECT relation, reason FROM unsafe_mention
    UNION ALL
    SELECT t.tgrelid, 'it has the trigger ' || pg_catalog.quote_ident(t.tgname)
      FROM pg_catalog.pg_trigger t
      JOIN mine ON mine.oid = t.tgrelid
     WHERE NOT t.tgisinternal
    UNION ALL
    SELECT p.polrelid, 'it has the policy ' || pg_catalog.quote_ident(p.polname)
      FROM pg_catalog.pg_policy p
      JOIN mine ON mine.oid = p.polrelid
    UNION ALL
    SELECT w.ev_class, 'it has the rule ' || pg_catalog.quote_ident(w.rulename)
      FROM pg_catalog.pg_rewrite w
      JOIN mine ON mine.oid = w.ev_class AND mine.relkind <> 'm'
    UNION ALL
    SELECT mine.oid, 'it is a partition, or has partitions or heirs'
      FROM mine
     WHERE mine.relkind = 'p'
        OR mine.oid IN (SELECT inhrelid FROM pg_catalog.pg_inherits)
        OR mine.oid IN (SELECT inhparent FROM pg_catalog.pg_inherits)
    UNION ALL
    SELECT part.root, 'others have privileges on it'
      FROM part
      JOIN pg_catalog.pg_class c
        ON c.oid = part.objid AND part.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     WHERE EXISTS (SELECT
                     FROM pg_catalog.aclexplode(c.relacl) e
                    WHERE e.grantee <> c.relowner)
        OR EXISTS (SELECT
                     FROM pg_catalog.pg_attribute a
                    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) e
                    WHERE a.attrelid = c.oid AND e.grantee <> c.relowner)
    UNION ALL
    SELECT mine.oid, 'it has row security'
      FROM mine
     WHERE mine.relrowsecurity
    UNION ALL
    SELECT mine.oid, 'to refresh it would run its query as a role that can do more than others'
      FROM mine
     WHERE mine.relkind = 'm' AND $2::pg_catalog.bool
  ), thing AS (
    SELECT mine.oid, mine.relkind, mine.schema, mine.name, why.reason,
           CASE mine.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'm' THEN 'MATERIALIZED VIEW'
                ELSE 'TABLE' END AS type
      FROM mine
      LEFT JOIN (SELECT oid, pg_catalog.min(reason) AS reason
                   FROM reasons
                  GROUP BY oid) why ON why.oid = mine.oid
  )
  """

/// What the things are made with that is in the server's list of dependencies and belongs to somebody
/// who is no superuser.
private let mentions = """
  part (root, classid, objid) AS (
    SELECT oid, 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, oid
      FROM mine
    UNION
    SELECT part.root, d.classid, d.objid
      FROM part
      JOIN pg_catalog.pg_depend d
        ON d.refclassid = part.classid AND d.refobjid = part.objid AND d.deptype IN ('a', 'i')
  ), unsafe_mention (relation, reason) AS (
    SELECT part.root,
           'it uses ' || pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0)
      FROM part
      JOIN pg_catalog.pg_depend d ON d.classid = part.classid AND d.objid = part.objid
      LEFT JOIN part self
        ON self.root = part.root AND self.classid = d.refclassid AND self.objid = d.refobjid
      LEFT JOIN pg_catalog.pg_proc p
        ON p.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
      LEFT JOIN pg_catalog.pg_operator o
        ON o.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
      LEFT JOIN pg_catalog.pg_opclass k
        ON k.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass
      LEFT JOIN pg_catalog.pg_type t
        ON t.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
      LEFT JOIN pg_catalog.pg_class v
        ON v.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND (v.relkind IN ('v', 'm', 'f') OR v.relrowsecurity)
      LEFT JOIN pg_catalog.pg_class s
        ON s.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND s.relkind = 'S' AND s.relowner <> $1::pg_catalog.oid
      LEFT JOIN pg_catalog.pg_roles owner
        ON owner.oid IN (p.proowner, o.oprowner, k.opcowner, t.typowner, v.relowner)
     WHERE self.root IS NULL AND (NOT owner.rolsuper OR s.oid IS NOT NULL)
  )
  """
