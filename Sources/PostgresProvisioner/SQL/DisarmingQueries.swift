import AccessCore
import PostgresClient

/// Statements that the server writes itself, for `executeEach`: it quotes its own names best.
extension Statement {
  /// Makes the role's routines run as their owner, who can do nothing, and find nothing of others'.
  static func disarming(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT pg_catalog.format(
               'ALTER %s SECURITY DEFINER SET search_path TO pg_catalog, pg_temp',
               \(routineAddress)) AS sql, 1 AS weight
        FROM pg_catalog.pg_proc p
       WHERE p.proowner = $1::pg_catalog.oid AND p.prokind IN ('f', 'p')
         AND NOT (p.prosecdef
                  AND 'search_path=pg_catalog, pg_temp' = ANY (COALESCE(p.proconfig, '{}')))
       ORDER BY p.oid
      """, [String(oid)])
  }

  /// Takes the checks from the role's domains that are not provably data: they run as whoever uses
  /// the domain, in a trigger's WHEN, in a cast.
  static func disarmingDomains(of oid: UInt32) -> Statement {
    Statement(
      """
      WITH mine AS (
        SELECT t.oid
          FROM pg_catalog.pg_type t
         WHERE t.typowner = $1::pg_catalog.oid AND t.typtype = 'd'
      ), \(expressions(of: "pg_type"))
      SELECT pg_catalog.format('ALTER DOMAIN %I.%I DROP CONSTRAINT %I', n.nspname, t.typname, o.conname)
               AS sql, 1 AS weight
        FROM pg_catalog.pg_constraint o
        JOIN pg_catalog.pg_type t ON t.oid = o.contypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       WHERE o.contype = 'c' AND o.contypid IN (SELECT relation FROM unsafe_expression)
       ORDER BY o.oid
      """, [String(oid)])
  }

  /// Takes back what the role has granted on its own things, beyond what everybody has by default:
  /// a view of a stranger's would still read them.
  static func undoingGrants(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT pg_catalog.format(
               'REVOKE ALL ON %s FROM %s CASCADE', thing.target,
               pg_catalog.string_agg(DISTINCT
                 CASE given.grantee WHEN 0 THEN 'PUBLIC'
                      ELSE given.grantee::pg_catalog.regrole::pg_catalog.text END, ', ')) AS sql,
             2 AS weight
        FROM (
          SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END
                   || c.oid::pg_catalog.regclass::pg_catalog.text,
                 c.relowner, c.relacl, NULL::pg_catalog.aclitem[]
            FROM pg_catalog.pg_class c
          UNION ALL
          SELECT 'TABLE ' || c.oid::pg_catalog.regclass::pg_catalog.text, c.relowner, a.attacl, NULL
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
           WHERE c.relowner = $1::pg_catalog.oid AND a.attacl IS NOT NULL
          UNION ALL
          SELECT 'SCHEMA ' || pg_catalog.quote_ident(n.nspname), n.nspowner, n.nspacl, NULL
            FROM pg_catalog.pg_namespace n
          UNION ALL
          SELECT \(routineAddress), p.proowner, p.proacl,
                 pg_catalog.acldefault('f', p.proowner)
            FROM pg_catalog.pg_proc p
          UNION ALL
          SELECT 'TYPE ' || t.oid::pg_catalog.regtype::pg_catalog.text, t.typowner, t.typacl,
                 pg_catalog.acldefault('T', t.typowner)
            FROM pg_catalog.pg_type t
          UNION ALL
          SELECT 'LARGE OBJECT ' || l.oid::pg_catalog.text, l.lomowner, l.lomacl, NULL
            FROM pg_catalog.pg_largeobject_metadata l
          UNION ALL
          SELECT 'FOREIGN SERVER ' || pg_catalog.quote_ident(s.srvname), s.srvowner, s.srvacl, NULL
            FROM pg_catalog.pg_foreign_server s
        ) thing (target, owner, acl, usual)
       CROSS JOIN LATERAL (
          SELECT e.grantee, e.privilege_type
            FROM pg_catalog.aclexplode(thing.acl) e
           WHERE e.grantee <> thing.owner
          EXCEPT
          SELECT e.grantee, e.privilege_type
            FROM pg_catalog.aclexplode(thing.usual) e
        ) given
       WHERE thing.owner = $1::pg_catalog.oid
       GROUP BY thing.target
      """, [String(oid)])
  }

  /// In words, each once: the first ones, and in `total` how many there are.
  static func defaultPrivileges(ofAny scopes: [String]) -> Statement {
    Statement(
      """
      SELECT pg_catalog.current_database() AS database,
             pg_catalog.concat(defaults.scope, ' on ', pg_catalog.lower(defaults.things),
                               ' in schema ' || defaults.schema) AS name,
             COALESCE(
               pg_catalog.left(
                 pg_catalog.string_agg(DISTINCT
                   CASE e.grantee WHEN 0 THEN 'everybody'
                        ELSE pg_catalog.pg_get_userbyid(e.grantee) END, ', '),
                 500), 'nobody') AS grantees,
             count(*) OVER () AS total
        FROM (\(scopesDefaults)) defaults
        LEFT JOIN LATERAL pg_catalog.aclexplode(defaults.acl) e ON true
       GROUP BY defaults.oid, defaults.scope, defaults.things, defaults.schema
       ORDER BY 2
       LIMIT \(Limits.residueOfAKindMax)
      """, [arrayLiteral(scopes)])
  }

  /// For somebody with the privileges of the scope to run: when nothing differs from what the server
  /// does anyway, the entry is gone. In a schema the entry adds to that; elsewhere it stands in its place.
  static func undoingDefaultPrivileges(ofAny scopes: [String]) -> Statement {
    Statement(
      """
      WITH defaults AS (
        SELECT d.*,
               pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', d.scope)
                 || COALESCE('IN SCHEMA ' || pg_catalog.quote_ident(d.schema) || ' ', '') AS alter
          FROM (\(scopesDefaults)) d
      ), statements (scope, oid, step, sql) AS (
        SELECT DISTINCT scope, defaults.oid, 1,
               pg_catalog.format(
                 '%sREVOKE ALL ON %s FROM %s', alter, things,
                 CASE e.grantee WHEN 0 THEN 'PUBLIC'
                      ELSE e.grantee::pg_catalog.regrole::pg_catalog.text END)
          FROM defaults, LATERAL pg_catalog.aclexplode(acl) e
        UNION ALL
        SELECT scope, oid, 2, pg_catalog.format('%sGRANT ALL ON %s TO %I', alter, things, scope)
          FROM defaults
         WHERE schema IS NULL
        UNION ALL
        SELECT scope, oid, 2,
               pg_catalog.format('%sGRANT %s ON %s TO PUBLIC', alter, usual, things)
          FROM defaults
         WHERE schema IS NULL AND usual IS NOT NULL
      )
      SELECT scope, sql
        FROM statements
       ORDER BY oid, step, sql
      """, [arrayLiteral(scopes)])
  }
}

/// The default privileges of the roles `$1`; `usual` is what the server gives to everybody.
private let scopesDefaults = """
  SELECT d.oid, owner.rolname AS scope, n.nspname AS schema, d.defaclacl AS acl,
         CASE d.defaclobjtype
           WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
           WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS'
         END AS things,
         CASE d.defaclobjtype WHEN 'f' THEN 'EXECUTE' WHEN 'T' THEN 'USAGE' END AS usual
    FROM pg_catalog.pg_default_acl d
    JOIN pg_catalog.pg_roles owner ON owner.oid = d.defaclrole
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
   WHERE owner.rolname = ANY ($1::pg_catalog.text[])
  """
