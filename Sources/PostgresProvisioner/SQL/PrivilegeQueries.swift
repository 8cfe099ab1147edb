import PostgresClient

extension Statement {
  /// What is granted to roles directly, on things of this database and on shared ones. `target` is
  /// the thing as GRANT wants it, and `class` is the policy's word for it, or `other`.
  ///
  /// The server keeps, in `pg_shdepend`, which access lists mention a role: so nothing has to be
  /// searched.
  ///
  /// - Parameter mentions: the rows of it, or some of them.
  static func grantedThings(on mentions: String = "pg_catalog.pg_shdepend") -> String {
    """
    SELECT d.refobjid AS grantee, acl.grantor, acl.privilege_type, acl.is_grantable,
           thing.class, thing.target, thing.column_name, thing.owner
      FROM \(mentions) d
     CROSS JOIN LATERAL (
       SELECT CASE c.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END,
              CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END
                || c.oid::pg_catalog.regclass::pg_catalog.text,
              NULL::pg_catalog.text, c.relowner, c.relacl
         FROM pg_catalog.pg_class c
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.objsubid = 0 AND c.oid = d.objid
       UNION ALL
       SELECT 'columns', 'TABLE ' || c.oid::pg_catalog.regclass::pg_catalog.text,
              pg_catalog.quote_ident(a.attname), c.relowner, a.attacl
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.objsubid > 0 AND c.oid = d.objid AND a.attnum = d.objsubid
       UNION ALL
       SELECT 'schemas', 'SCHEMA ' || pg_catalog.quote_ident(n.nspname), NULL, n.nspowner, n.nspacl
         FROM pg_catalog.pg_namespace n
        WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = d.objid
       UNION ALL
       SELECT 'routines', \(routineAddress),
              NULL, p.proowner, p.proacl
         FROM pg_catalog.pg_proc p
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid
       UNION ALL
       SELECT 'other', 'DATABASE ' || pg_catalog.quote_ident(b.datname), NULL, b.datdba, b.datacl
         FROM pg_catalog.pg_database b
        WHERE d.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND b.oid = d.objid
       UNION ALL
       SELECT 'other', 'TYPE ' || t.oid::pg_catalog.regtype::pg_catalog.text,
              NULL, t.typowner, t.typacl
         FROM pg_catalog.pg_type t
        WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.objid
       UNION ALL
       SELECT 'other', 'LANGUAGE ' || pg_catalog.quote_ident(l.lanname), NULL, l.lanowner, l.lanacl
         FROM pg_catalog.pg_language l
        WHERE d.classid = 'pg_catalog.pg_language'::pg_catalog.regclass AND l.oid = d.objid
       UNION ALL
       SELECT 'other', 'FOREIGN DATA WRAPPER ' || pg_catalog.quote_ident(w.fdwname),
              NULL, w.fdwowner, w.fdwacl
         FROM pg_catalog.pg_foreign_data_wrapper w
        WHERE d.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
          AND w.oid = d.objid
       UNION ALL
       SELECT 'other', 'FOREIGN SERVER ' || pg_catalog.quote_ident(s.srvname),
              NULL, s.srvowner, s.srvacl
         FROM pg_catalog.pg_foreign_server s
        WHERE d.classid = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass AND s.oid = d.objid
       UNION ALL
       SELECT 'other', 'TABLESPACE ' || pg_catalog.quote_ident(s.spcname),
              NULL, s.spcowner, s.spcacl
         FROM pg_catalog.pg_tablespace s
        WHERE d.classid = 'pg_catalog.pg_tablespace'::pg_catalog.regclass AND s.oid = d.objid
       UNION ALL
       SELECT 'other', 'LARGE OBJECT ' || l.oid::pg_catalog.text, NULL, l.lomowner, l.lomacl
         FROM pg_catalog.pg_largeobject_metadata l
        WHERE d.classid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass AND l.oid = d.objid
     ) thing (class, target, column_name, owner, acl)
     CROSS JOIN LATERAL pg_catalog.aclexplode(thing.acl) acl
     WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.deptype = 'a'
       AND d.dbid IN (0, (SELECT b.oid
                            FROM pg_catalog.pg_database b
                           WHERE b.datname = pg_catalog.current_database()))
       AND acl.grantee = d.refobjid
    """
  }

  /// What the scopes, or roles that they reach, may hand on to others.
  static func grantOptions(of scopes: [String]) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes), granted AS (\(grantedThings())
           AND d.refobjid IN (SELECT oid FROM reach) AND acl.is_grantable)
      SELECT scope.rolname AS scope, via.rolname AS via, granted.target, granted.privilege_type
        FROM reach
        JOIN granted ON granted.grantee = reach.oid
        JOIN pg_catalog.pg_roles scope ON scope.oid = reach.scope
        JOIN pg_catalog.pg_roles via ON via.oid = reach.oid
      UNION ALL
      SELECT scope.rolname, via.rolname, 'ROLE ' || pg_catalog.quote_ident(other.rolname), 'ADMIN'
        FROM reach
        JOIN pg_catalog.pg_auth_members m ON m.member = reach.oid AND m.admin_option
        JOIN pg_catalog.pg_roles scope ON scope.oid = reach.scope
        JOIN pg_catalog.pg_roles via ON via.oid = reach.oid
        JOIN pg_catalog.pg_roles other ON other.oid = m.roleid
       ORDER BY 1, 2, 3, 4
       LIMIT 20
      """, [arrayLiteral(scopes)])
  }
}

/// Each of the roles `$1` with every role that it is a member of, itself included.
let reachOfScopes = """
  reach (scope, oid) AS (
      SELECT r.oid, r.oid
        FROM pg_catalog.pg_roles r
       WHERE r.rolname = ANY ($1::pg_catalog.text[])
      UNION
      SELECT reach.scope, m.roleid
        FROM reach
       CROSS JOIN LATERAL (SELECT roleid
                             FROM pg_catalog.pg_auth_members
                            WHERE member = reach.oid
                           OFFSET 0) m
    )
  """
