import PostgresClient

extension Statement {
  /// Ends the hooks of the role's on others' tables: drops whatever of its own triggers there lean on
  /// (their function, or what their WHEN names: a function, a domain, an operator), and with it the
  /// triggers and whatever of the role's own leans on it and holds no data.
  ///
  /// A function of a trigger on which something of others' leans as well, like a view that names it, or
  /// data of the role's that is to stay, stays, and does nothing any more; a view of others' that it
  /// wrote to says so. What a WHEN names and has to stay is made harmless with the rest
  /// (`DisarmingQueries`). In `sql`, for the role to run.
  static func endingHooks(of oid: UInt32, keepingData: Bool) -> Statement {
    Statement(
      """
      WITH RECURSIVE hook AS (
        SELECT DISTINCT d.refclassid AS classid, d.refobjid AS objid
          FROM pg_catalog.pg_shdepend own
          JOIN pg_catalog.pg_depend d ON d.refclassid = own.classid AND d.refobjid = own.objid
          JOIN pg_catalog.pg_trigger t
            ON d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = d.objid
          JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
         WHERE own.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
           AND own.refobjid = $1::pg_catalog.oid AND own.deptype = 'o'
           AND own.dbid = (SELECT b.oid
                             FROM pg_catalog.pg_database b
                            WHERE b.datname = pg_catalog.current_database())
           AND own.classid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                               'pg_catalog.pg_type'::pg_catalog.regclass,
                               'pg_catalog.pg_operator'::pg_catalog.regclass)
           AND c.relowner <> own.refobjid
      ), reached (classid, objid, objsubid) AS (
        SELECT classid, objid, 0
          FROM hook
        UNION
        SELECT next.classid, next.objid, next.objsubid
          FROM reached,
               LATERAL (
                 SELECT d.classid, d.objid, d.objsubid
                   FROM pg_catalog.pg_depend d
                  WHERE d.refclassid = reached.classid AND d.refobjid = reached.objid
                    AND (reached.objsubid = 0 OR d.refobjsubid = reached.objsubid)
                 UNION ALL
                 SELECT d.refclassid, d.refobjid, d.refobjsubid
                   FROM pg_catalog.pg_depend d
                  WHERE d.classid = reached.classid AND d.objid = reached.objid
                    AND d.deptype = 'i'
               ) next
      ), owned AS (
        SELECT reached.*, \(ownerOfReached) AS owner
          FROM reached
      ), held (classid, objid, objsubid) AS (
        SELECT owned.classid, owned.objid, owned.objsubid
          FROM owned
          LEFT JOIN pg_catalog.pg_class c
            ON owned.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = owned.objid
         WHERE owned.owner <> $1::pg_catalog.oid
               AND owned.classid <> 'pg_catalog.pg_trigger'::pg_catalog.regclass
            OR $3::pg_catalog.bool AND c.relkind IN ('r', 'p', 'm', 'S')
        UNION
        SELECT reached.classid, reached.objid, reached.objsubid
          FROM held
         CROSS JOIN LATERAL (
                 SELECT d.refclassid AS classid, d.refobjid AS objid
                   FROM pg_catalog.pg_depend d
                  WHERE d.classid = held.classid AND d.objid = held.objid
                    AND (held.objsubid = 0 OR d.objsubid = held.objsubid)
                 UNION ALL
                 SELECT d.classid, d.objid
                   FROM pg_catalog.pg_depend d
                  WHERE d.refclassid = held.classid AND d.refobjid = held.objid
                    AND d.deptype = 'i'
               ) before
          JOIN reached ON reached.classid = before.classid AND reached.objid = before.objid
      )
      SELECT CASE WHEN stays.is_held
                  THEN pg_catalog.format(
                         'CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql '
                           || 'SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS %L',
                         o.identity, nothing.source)
                  WHEN hook.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                  THEN pg_catalog.format('DROP %s CASCADE', \(routineAddress))
                  ELSE pg_catalog.format('DROP %s %s CASCADE', pg_catalog.upper(o.type), o.identity)
             END AS sql,
             5 AS weight
        FROM hook
       CROSS JOIN LATERAL pg_catalog.pg_identify_object(hook.classid, hook.objid, 0) o
        LEFT JOIN pg_catalog.pg_proc p
          ON hook.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = hook.objid
        LEFT JOIN pg_catalog.pg_type y
          ON hook.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND y.oid = hook.objid
       CROSS JOIN (VALUES ($2)) nothing (source)
       CROSS JOIN LATERAL (
          SELECT (hook.classid, hook.objid) IN (SELECT held.classid, held.objid FROM held) AS is_held
       ) stays
       -- The type of a table goes with the table.
       WHERE (NOT stays.is_held AND COALESCE(y.typtype, '') <> 'c'
              OR stays.is_held AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
                 AND p.prosrc <> nothing.source)
       ORDER BY hook.classid, hook.objid
      """, [String(oid), hookOfNothing, String(keepingData)])
  }
}

/// Lets happen what happens anyway.
private let hookOfNothing = """
  BEGIN
    IF TG_WHEN = 'INSTEAD OF' THEN
      RAISE EXCEPTION 'the trigger % on % was a temporary role''s, whose access has ended',
        TG_NAME, TG_RELID::regclass;
    ELSIF TG_OP = 'DELETE' THEN
      RETURN OLD;
    END IF;
    RETURN NEW;
  END
  """
