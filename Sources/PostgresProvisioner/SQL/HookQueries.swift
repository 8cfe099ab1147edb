import PostgresClient

extension Statement {
  /// Ends the hooks of the role's on others' tables: drops its functions that triggers there run,
  /// and with them the triggers and whatever of the role's own leans on them and holds no data.
  ///
  /// A function on which something of others' leans as well, like a view that names it, or data of
  /// the role's that is to stay, stays, and does nothing any more; a view of others' that it wrote
  /// to says so. In `sql`, for the role to run.
  static func endingHooks(of oid: UInt32, keepingData: Bool) -> Statement {
    Statement(
      """
      WITH RECURSIVE hook AS (
        SELECT p.oid, p.prosrc,
               pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) || '()'
                 AS name
          FROM pg_catalog.pg_proc p
          JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
         WHERE p.proowner = $1::pg_catalog.oid
           AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
           AND EXISTS (SELECT
                         FROM pg_catalog.pg_trigger t
                         JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
                        WHERE t.tgfoid = p.oid AND c.relowner <> p.proowner)
      ), reached (classid, objid, objsubid) AS (
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, oid, 0
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
                         hook.name, nothing.source)
                  ELSE pg_catalog.format('DROP FUNCTION %s CASCADE', hook.name) END AS sql,
             5 AS weight
        FROM hook
       CROSS JOIN (VALUES ($2)) nothing (source)
       CROSS JOIN LATERAL (
          SELECT hook.oid IN (SELECT held.objid
                                FROM held
                               WHERE held.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
                   AS is_held
       ) stays
       WHERE NOT stays.is_held OR hook.prosrc <> nothing.source
       ORDER BY hook.oid
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
