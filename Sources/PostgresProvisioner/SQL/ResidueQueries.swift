import AccessCore
import PostgresClient

/// What a role left behind, in the database of the connection. Source: PostgreSQL documentation,
/// `pg_shdepend`, in which the server keeps who is mentioned where.
extension Statement {
  /// What names the role, except grants, policies and subscriptions, which have their own: of each the
  /// first ones by number, and in `total` how many there are.
  static func residue(of oid: UInt32, withShared: Bool) -> Statement {
    Statement(
      """
      WITH mention AS (
        SELECT d.dbid, d.classid, d.objid, d.objsubid, d.deptype, c.relkind, p.prokind,
               CASE WHEN p.prokind IN ('f', 'p') THEN p.prosecdef END AS is_definer,
               d.deptype = 'o' AND (
                 d.classid IN ('pg_catalog.pg_largeobject'::pg_catalog.regclass,
                               'pg_catalog.pg_database'::pg_catalog.regclass)
                 OR c.relkind IN ('r', 'p', 'm', 'S') AND c.relpersistence <> 't'
                 OR d.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                   AND EXISTS (SELECT
                                 FROM pg_catalog.pg_depend e
                                 JOIN pg_catalog.pg_class member ON member.oid = e.objid
                                WHERE e.deptype = 'e' AND e.refclassid = d.classid
                                  AND e.refobjid = d.objid
                                  AND e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                  AND member.relkind IN ('r', 'p', 'm', 'S'))
               ) IS TRUE AS holds_data
          FROM pg_catalog.pg_shdepend d
          LEFT JOIN pg_catalog.pg_class c
            ON c.oid = d.objid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          LEFT JOIN pg_catalog.pg_proc p
            ON p.oid = d.objid AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
         WHERE \(mentions) AND d.refobjid = $1::pg_catalog.oid
           AND d.classid NOT IN ('pg_catalog.pg_subscription'::pg_catalog.regclass,
                                 'pg_catalog.pg_policy'::pg_catalog.regclass)
           AND (d.deptype <> 'a' OR d.classid = 'pg_catalog.pg_default_acl'::pg_catalog.regclass)
      ), placed AS (
        SELECT mention.*, count(*) OVER kind AS total,
               pg_catalog.row_number() OVER (kind ORDER BY objid, objsubid) AS place
          FROM mention
        WINDOW kind AS (PARTITION BY dbid, deptype, classid, relkind, prokind, is_definer,
                                     holds_data)
      )
      SELECT CASE dbid WHEN 0 THEN '(all)' ELSE pg_catalog.current_database() END AS database,
             o.type AS kind, o.identity AS name, deptype, is_definer, holds_data, place, total
        FROM placed
       CROSS JOIN LATERAL pg_catalog.pg_identify_object(classid, objid, objsubid) o
       WHERE place <= \(Limits.residueOfAKindMax)
       ORDER BY deptype DESC, o.type, place
      """, [String(oid), String(withShared)])
  }

  /// What others have granted to the role directly: that on the first things, and in `total` how
  /// much there is in all.
  static func grants(to oid: UInt32, withShared: Bool) -> Statement {
    Statement(
      """
      WITH mention AS MATERIALIZED (
        SELECT d.*, count(*) OVER () AS things
          FROM pg_catalog.pg_shdepend d
         WHERE \(mentions) AND d.refobjid = $1::pg_catalog.oid AND d.deptype = 'a'
           AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass
         ORDER BY d.classid, d.objid, d.objsubid
         LIMIT \(Limits.residueOfAKindMax)
      )
      SELECT CASE WHEN granted.is_shared THEN '(all)' ELSE pg_catalog.current_database() END
               AS database, granted.target, grantor.rolname AS grantor,
             pg_catalog.string_agg(DISTINCT granted.privilege_type, ', ') AS privileges,
             count(*) OVER () + (SELECT pg_catalog.max(things) - count(*) FROM mention) AS total
        FROM (SELECT direct.*, direct.target ~ '^(DATABASE|TABLESPACE) ' AS is_shared
                FROM (\(grantedThings(on: "mention"))) direct) granted
        JOIN pg_catalog.pg_roles grantor ON grantor.oid = granted.grantor
       GROUP BY granted.is_shared, granted.target, grantor.rolname
       ORDER BY granted.target, grantor.rolname
       LIMIT \(Limits.residueOfAKindMax)
      """, [String(oid), String(withShared)])
  }

  /// Triggers on others' tables that run the role's functions; those of a partitioned table once. The
  /// first ones, and in `total` how many there are.
  static func triggers(calling oid: UInt32) -> Statement {
    Statement(
      """
      SELECT pg_catalog.current_database() AS database, t.tgname, t.tgtype,
             t.tgrelid::pg_catalog.regclass AS table_name,
             t.tgfoid::pg_catalog.regprocedure AS function, t.total
        FROM (SELECT t.*, count(*) OVER () AS total
                FROM pg_catalog.pg_proc p
                JOIN pg_catalog.pg_trigger t ON t.tgfoid = p.oid
                JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
               WHERE p.proowner = $1::pg_catalog.oid AND c.relowner <> p.proowner
                 AND t.tgparentid = 0
               ORDER BY t.oid
               LIMIT \(Limits.residueOfAKindMax)) t
       ORDER BY 4::pg_catalog.text, t.tgname
      """, [String(oid)])
  }

  /// The first ones, and in `total` how many there are.
  static func subscriptions(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT pg_catalog.current_database() AS database, s.subname, count(*) OVER () AS total
        FROM pg_catalog.pg_subscription s
        JOIN pg_catalog.pg_database b ON b.oid = s.subdbid
       WHERE s.subowner = $1::pg_catalog.oid AND b.datname = pg_catalog.current_database()
       ORDER BY s.subname
       LIMIT \(Limits.residueOfAKindMax)
      """, [String(oid)])
  }

  /// Where anything of the role's is, and first of all the database of the connection.
  static func databases(withRemainsOf oid: UInt32) -> Statement {
    Statement(
      """
      SELECT b.datname AS database
        FROM pg_catalog.pg_database b
       WHERE b.datname = pg_catalog.current_database()
          OR b.oid IN (SELECT d.dbid
                         FROM pg_catalog.pg_shdepend d
                        WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                          AND d.refobjid = $1::pg_catalog.oid
                        UNION
                       SELECT s.subdbid
                         FROM pg_catalog.pg_subscription s
                        WHERE s.subowner = $1::pg_catalog.oid)
       ORDER BY b.datname <> pg_catalog.current_database(), b.datname
      """, [String(oid)])
  }

  /// Where any of the scopes owns something, its default privileges included.
  static func databasesOwned(inByAny scopes: [String]) -> Statement {
    Statement(
      """
      SELECT DISTINCT b.datname AS database
        FROM pg_catalog.pg_roles r
        JOIN pg_catalog.pg_shdepend d ON d.refobjid = r.oid
        JOIN pg_catalog.pg_database b ON b.oid = d.dbid
       WHERE r.rolname = ANY ($1::pg_catalog.text[]) AND d.deptype = 'o'
         AND d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
       ORDER BY b.datname
      """, [arrayLiteral(scopes)])
  }

  /// Of the scopes, those that own something here that is more than default privileges.
  static func owners(amongst scopes: [String]) -> Statement {
    Statement(
      """
      SELECT DISTINCT r.oid, r.rolname
        FROM pg_catalog.pg_roles r
        JOIN pg_catalog.pg_shdepend d ON d.refobjid = r.oid
        JOIN pg_catalog.pg_database b ON b.oid = d.dbid
       WHERE r.rolname = ANY ($1::pg_catalog.text[]) AND d.deptype = 'o'
         AND b.datname = pg_catalog.current_database()
         AND d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass
       ORDER BY r.oid
      """, [arrayLiteral(scopes)])
  }
}

/// Of `pg_shdepend d`: what names a role, here or, with `$2`, for all databases.
private let mentions = """
  d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND (d.dbid = 0 AND $2::pg_catalog.bool
              OR d.dbid = (SELECT b.oid
                             FROM pg_catalog.pg_database b
                            WHERE b.datname = pg_catalog.current_database()))
  """
