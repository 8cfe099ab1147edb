import PostgresClient

/// What is dropped a portion at a time, in the order in which that takes nothing else with it.
extension Statement {
  /// Rows that DROP OWNED would have to lock, about: of everything of the role's, and of the parts of
  /// its tables.
  static func weight(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT (SELECT count(*)
                FROM pg_catalog.pg_shdepend d
               WHERE \(ownedHere)) +
             (SELECT count(*)
                FROM pg_catalog.pg_class c
               WHERE c.relowner = $1::pg_catalog.oid) AS weight
      """, [String(oid)])
  }

  /// Statements of `executeEach` for what nothing else leans on, not even something of the role's, and
  /// for large objects.
  ///
  /// Parts of a thing (its indexes, constraints, defaults, the sequence of a column) go with it. What
  /// is a table of its own, like a partition, is no part: it goes first, or stays, if it is somebody
  /// else's. What an extension consists of goes with that.
  static func droppingFree(of oid: UInt32) -> Statement {
    Statement(
      """
      WITH RECURSIVE own AS MATERIALIZED (
        SELECT d.classid, d.objid
          FROM pg_catalog.pg_shdepend d
         WHERE \(ownedHere)
           AND d.classid NOT IN ('pg_catalog.pg_largeobject'::pg_catalog.regclass,
                                 'pg_catalog.pg_default_acl'::pg_catalog.regclass,
                                 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)
           AND NOT EXISTS (SELECT
                             FROM pg_catalog.pg_depend i
                            WHERE i.classid = d.classid AND i.objid = d.objid AND i.objsubid = 0
                              AND i.deptype IN ('i', 'e'))
      ), part (rootclass, root, classid, objid) AS (
        SELECT classid, objid, classid, objid
          FROM own
        UNION
        SELECT part.rootclass, part.root, d.classid, d.objid
          FROM part
          JOIN pg_catalog.pg_depend d
            ON d.refclassid = part.classid AND d.refobjid = part.objid
           AND d.deptype IN ('a', 'i', 'P', 'S', 'e')
          LEFT JOIN pg_catalog.pg_class c
            ON c.oid = d.objid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
         WHERE c.relkind IS NULL OR c.relkind NOT IN ('r', 'p', 'f') OR d.deptype = 'e'
      ), blocked AS (
        SELECT DISTINCT part.rootclass, part.root
          FROM part
          JOIN pg_catalog.pg_depend d ON d.refclassid = part.classid AND d.refobjid = part.objid
          LEFT JOIN part self
            ON self.rootclass = part.rootclass AND self.root = part.root
           AND self.classid = d.classid AND self.objid = d.objid
         WHERE self.root IS NULL
      ), free AS (
        SELECT part.rootclass, part.root,
               count(*) FILTER (WHERE part.classid
                                      = 'pg_catalog.pg_class'::pg_catalog.regclass) AS relations
          FROM part
          LEFT JOIN blocked USING (rootclass, root)
         WHERE blocked.root IS NULL
         GROUP BY part.rootclass, part.root
         -- Code first: as long as it is there, somebody may run it.
         ORDER BY part.rootclass <> 'pg_catalog.pg_proc'::pg_catalog.regclass, part.root DESC
         LIMIT 1000
      ), large AS (
        SELECT d.objid, (pg_catalog.row_number() OVER ()) / 250 AS portion
          FROM pg_catalog.pg_shdepend d
         WHERE \(ownedHere) AND d.classid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
         LIMIT 20000
      )
      SELECT 'DROP ' || CASE o.type
               WHEN 'function' THEN \(routineAddress)
               WHEN 'procedure' THEN \(routineAddress)
               WHEN 'aggregate' THEN 'AGGREGATE ' || pg_catalog.regexp_replace(o.identity, '\\(\\)$', '(*)')
               WHEN 'statistics object' THEN 'STATISTICS ' || o.identity
               WHEN 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER ' || o.identity
               ELSE pg_catalog.upper(o.type) || ' ' || o.identity END || ' RESTRICT' AS sql,
             1 + free.relations AS weight
        FROM free
       CROSS JOIN LATERAL pg_catalog.pg_identify_object(free.rootclass, free.root, 0) o
        LEFT JOIN pg_catalog.pg_proc p
          ON p.oid = free.root AND free.rootclass = 'pg_catalog.pg_proc'::pg_catalog.regclass
       WHERE o.identity IS NOT NULL
      UNION ALL
      SELECT 'SELECT pg_catalog.lo_unlink(l) FROM pg_catalog.unnest(''{'
               || pg_catalog.string_agg(large.objid::pg_catalog.text, ',')
               || '}''::pg_catalog.oid[]) l', 250
        FROM large
       GROUP BY large.portion
      """, [String(oid)])
  }
}

/// Of `pg_shdepend d`: what the role `$1` owns in the database of the connection.
private let ownedHere = """
  d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
           AND d.refobjid = $1::pg_catalog.oid AND d.deptype = 'o'
           AND d.dbid = (SELECT b.oid
                           FROM pg_catalog.pg_database b
                          WHERE b.datname = pg_catalog.current_database())
  """
