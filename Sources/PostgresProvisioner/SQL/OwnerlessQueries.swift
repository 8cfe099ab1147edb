import AccessCore
import PostgresClient

/// Things that have no owner, and are for things of the role's: casts, transforms, and user mappings
/// on a server, whomever they are for. The owner of those made them, or somebody whom it let, and
/// without those they are nothing: so they are the role's as well. Parts of an extension are the extension's, and those of a range type that type's.
extension Statement {
  /// The first ones, and in `total` how many there are.
  static func ownerless(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT pg_catalog.current_database() AS database, kind, name, count(*) OVER () AS total
        FROM (\(ownerlessThings)) thing (kind, name, sql)
       ORDER BY kind, name
       LIMIT \(Limits.residueOfAKindMax)
      """, [String(oid)])
  }

  /// The statements, for each of the roles to run, that drop its user mappings.
  static func mappings(of roles: [String], limit: Int) -> Statement {
    Statement(
      """
      SELECT m.usename AS scope,
             pg_catalog.format('DROP USER MAPPING FOR %I SERVER %I', m.usename, m.srvname) AS sql
        FROM pg_catalog.pg_user_mappings m
       WHERE m.umuser <> 0 AND m.usename = ANY ($1::pg_catalog.text[])
       ORDER BY m.usename, m.srvname
       LIMIT $2
      """, [arrayLiteral(roles), String(limit)])
  }

  /// Statements of `executeEach`.
  static func droppingOwnerless(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT sql, 1 AS weight
        FROM (\(ownerlessThings)) thing (kind, name, sql)
      """, [String(oid)])
  }
}

private let ownerlessThings = """
  WITH own (classid, objid) AS (
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid
      FROM pg_catalog.pg_type t
     WHERE t.typowner = $1::pg_catalog.oid
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid
      FROM pg_catalog.pg_proc p
     WHERE p.proowner = $1::pg_catalog.oid
  ), made AS (
    SELECT DISTINCT d.classid, d.objid
      FROM pg_catalog.pg_depend d
      JOIN own ON own.classid = d.refclassid AND own.objid = d.refobjid
     WHERE d.classid IN ('pg_catalog.pg_cast'::pg_catalog.regclass,
                         'pg_catalog.pg_transform'::pg_catalog.regclass)
       AND NOT EXISTS (SELECT
                         FROM pg_catalog.pg_depend e
                        WHERE e.classid = d.classid AND e.objid = d.objid
                          AND e.deptype IN ('e', 'i'))
  )
  SELECT 'cast', pg_catalog.format('(%s AS %s)', pg_catalog.format_type(c.castsource, NULL),
                                   pg_catalog.format_type(c.casttarget, NULL)),
         pg_catalog.format('DROP CAST (%s AS %s)', pg_catalog.format_type(c.castsource, NULL),
                           pg_catalog.format_type(c.casttarget, NULL))
    FROM made
    JOIN pg_catalog.pg_cast c ON c.oid = made.objid
   WHERE made.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass
  UNION ALL
  SELECT 'transform', pg_catalog.format('for %s language %I',
                                        pg_catalog.format_type(t.trftype, NULL), l.lanname),
         pg_catalog.format('DROP TRANSFORM FOR %s LANGUAGE %I',
                           pg_catalog.format_type(t.trftype, NULL), l.lanname)
    FROM made
    JOIN pg_catalog.pg_transform t ON t.oid = made.objid
    JOIN pg_catalog.pg_language l ON l.oid = t.trflang
   WHERE made.classid = 'pg_catalog.pg_transform'::pg_catalog.regclass
  UNION ALL
  SELECT 'user mapping',
         pg_catalog.format('for %s on the server %I',
                           CASE m.umuser WHEN 0 THEN 'everybody' ELSE m.usename END, m.srvname),
         pg_catalog.format('DROP USER MAPPING FOR %s SERVER %I',
                           CASE m.umuser WHEN 0 THEN 'PUBLIC'
                                ELSE pg_catalog.quote_ident(m.usename) END, m.srvname)
    FROM pg_catalog.pg_user_mappings m
    JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid
   WHERE m.umuser <> $1::pg_catalog.oid AND s.srvowner = $1::pg_catalog.oid
  """
