import AccessCore
import PostgresClient

extension Statement {
  /// What DROP OWNED … CASCADE would take from others, in the database of the connection.
  ///
  /// From what the role owns it follows what depends on it, and what that is an internal part of. The
  /// first ones, and in `total` how many there are.
  static func leaning(on oid: UInt32) -> Statement {
    Statement(
      """
      WITH RECURSIVE own AS (
        SELECT d.classid, d.objid
          FROM pg_catalog.pg_shdepend d
         WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
           AND d.refobjid = $1::pg_catalog.oid AND d.deptype = 'o'
           AND d.dbid = (SELECT b.oid
                           FROM pg_catalog.pg_database b
                          WHERE b.datname = pg_catalog.current_database())
      ), reached (classid, objid, objsubid) AS (
        SELECT classid, objid, 0
          FROM own
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
      ), part_of_extension AS (
        -- Parts of an extension of the role's go with the extension.
        SELECT DISTINCT e.classid, e.objid
          FROM own
          JOIN pg_catalog.pg_depend e ON e.refclassid = own.classid AND e.refobjid = own.objid
         WHERE e.deptype = 'e'
      ), part_of_other AS (
        -- What they are a part of is there, too.
        SELECT DISTINCT i.classid, i.objid
          FROM reached
          JOIN pg_catalog.pg_depend i ON i.classid = reached.classid AND i.objid = reached.objid
         WHERE i.deptype = 'i'
      )
      SELECT pg_catalog.current_database() AS database, o.type,
             COALESCE(o.identity, '(gone meanwhile)') AS name,
             pg_catalog.pg_get_userbyid(other.owner) AS owner, other.total
        FROM (SELECT owned.*, count(*) OVER () AS total
                FROM owned
                LEFT JOIN part_of_extension USING (classid, objid)
                LEFT JOIN part_of_other USING (classid, objid)
                LEFT JOIN pg_catalog.pg_class toast
                  ON toast.oid = owned.objid AND toast.relkind = 't'
                 AND owned.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
               WHERE owned.owner IS DISTINCT FROM $1::pg_catalog.oid
                 AND part_of_extension.objid IS NULL
                 AND (part_of_other.objid IS NULL OR owned.objsubid <> 0)
                 AND toast.oid IS NULL
               ORDER BY owned.classid, owned.objid, owned.objsubid
               LIMIT \(Limits.residueOfAKindMax)) other
       CROSS JOIN LATERAL
             pg_catalog.pg_identify_object(other.classid, other.objid, other.objsubid) o
       ORDER BY o.type, o.identity
      """, [String(oid)])
  }
}

/// The owner of `reached`, or of the table that it is on; NULL for kinds that have none.
let ownerOfReached = """
  CASE reached.classid
          WHEN 'pg_catalog.pg_class'::pg_catalog.regclass
          THEN (SELECT relowner FROM pg_catalog.pg_class WHERE oid = objid)
          WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass
          THEN (SELECT proowner FROM pg_catalog.pg_proc WHERE oid = objid)
          WHEN 'pg_catalog.pg_type'::pg_catalog.regclass
          THEN (SELECT typowner FROM pg_catalog.pg_type WHERE oid = objid)
          WHEN 'pg_catalog.pg_operator'::pg_catalog.regclass
          THEN (SELECT oprowner FROM pg_catalog.pg_operator WHERE oid = objid)
          WHEN 'pg_catalog.pg_opclass'::pg_catalog.regclass
          THEN (SELECT opcowner FROM pg_catalog.pg_opclass WHERE oid = objid)
          WHEN 'pg_catalog.pg_opfamily'::pg_catalog.regclass
          THEN (SELECT opfowner FROM pg_catalog.pg_opfamily WHERE oid = objid)
          WHEN 'pg_catalog.pg_namespace'::pg_catalog.regclass
          THEN (SELECT nspowner FROM pg_catalog.pg_namespace WHERE oid = objid)
          WHEN 'pg_catalog.pg_extension'::pg_catalog.regclass
          THEN (SELECT extowner FROM pg_catalog.pg_extension WHERE oid = objid)
          WHEN 'pg_catalog.pg_collation'::pg_catalog.regclass
          THEN (SELECT collowner FROM pg_catalog.pg_collation WHERE oid = objid)
          WHEN 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
          THEN (SELECT stxowner FROM pg_catalog.pg_statistic_ext WHERE oid = objid)
          WHEN 'pg_catalog.pg_ts_config'::pg_catalog.regclass
          THEN (SELECT cfgowner FROM pg_catalog.pg_ts_config WHERE oid = objid)
          WHEN 'pg_catalog.pg_ts_dict'::pg_catalog.regclass
          THEN (SELECT dictowner FROM pg_catalog.pg_ts_dict WHERE oid = objid)
          WHEN 'pg_catalog.pg_conversion'::pg_catalog.regclass
          THEN (SELECT conowner FROM pg_catalog.pg_conversion WHERE oid = objid)
          WHEN 'pg_catalog.pg_language'::pg_catalog.regclass
          THEN (SELECT lanowner FROM pg_catalog.pg_language WHERE oid = objid)
          WHEN 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
          THEN (SELECT fdwowner FROM pg_catalog.pg_foreign_data_wrapper WHERE oid = objid)
          WHEN 'pg_catalog.pg_publication'::pg_catalog.regclass
          THEN (SELECT pubowner FROM pg_catalog.pg_publication WHERE oid = objid)
          WHEN 'pg_catalog.pg_event_trigger'::pg_catalog.regclass
          THEN (SELECT evtowner FROM pg_catalog.pg_event_trigger WHERE oid = objid)
          WHEN 'pg_catalog.pg_amop'::pg_catalog.regclass
          THEN (SELECT f.opfowner
                  FROM pg_catalog.pg_amop o
                  JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopfamily
                 WHERE o.oid = objid)
          WHEN 'pg_catalog.pg_amproc'::pg_catalog.regclass
          THEN (SELECT f.opfowner
                  FROM pg_catalog.pg_amproc o
                  JOIN pg_catalog.pg_opfamily f ON f.oid = o.amprocfamily
                 WHERE o.oid = objid)
          WHEN 'pg_catalog.pg_foreign_server'::pg_catalog.regclass
          THEN (SELECT srvowner FROM pg_catalog.pg_foreign_server WHERE oid = objid)
          WHEN 'pg_catalog.pg_user_mapping'::pg_catalog.regclass
          THEN (SELECT umuser FROM pg_catalog.pg_user_mappings WHERE umid = objid)
          WHEN 'pg_catalog.pg_default_acl'::pg_catalog.regclass
          THEN (SELECT defaclrole FROM pg_catalog.pg_default_acl WHERE oid = objid)
          WHEN 'pg_catalog.pg_publication_rel'::pg_catalog.regclass
          THEN (SELECT p.pubowner
                  FROM pg_catalog.pg_publication_rel r
                  JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
                 WHERE r.oid = objid)
          WHEN 'pg_catalog.pg_constraint'::pg_catalog.regclass
          THEN (SELECT COALESCE(c.relowner, t.typowner)
                  FROM pg_catalog.pg_constraint o
                  LEFT JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
                  LEFT JOIN pg_catalog.pg_type t ON t.oid = o.contypid
                 WHERE o.oid = objid)
          WHEN 'pg_catalog.pg_attrdef'::pg_catalog.regclass
          THEN (SELECT c.relowner
                  FROM pg_catalog.pg_attrdef o
                  JOIN pg_catalog.pg_class c ON c.oid = o.adrelid
                 WHERE o.oid = objid)
          WHEN 'pg_catalog.pg_trigger'::pg_catalog.regclass
          THEN (SELECT c.relowner
                  FROM pg_catalog.pg_trigger o
                  JOIN pg_catalog.pg_class c ON c.oid = o.tgrelid
                 WHERE o.oid = objid)
          WHEN 'pg_catalog.pg_rewrite'::pg_catalog.regclass
          THEN (SELECT c.relowner
                  FROM pg_catalog.pg_rewrite o
                  JOIN pg_catalog.pg_class c ON c.oid = o.ev_class
                 WHERE o.oid = objid)
          WHEN 'pg_catalog.pg_policy'::pg_catalog.regclass
          THEN (SELECT c.relowner
                  FROM pg_catalog.pg_policy o
                  JOIN pg_catalog.pg_class c ON c.oid = o.polrelid
                 WHERE o.oid = objid)
        END
  """
