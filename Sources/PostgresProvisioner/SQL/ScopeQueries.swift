import PostgresClient

extension Statement {
  /// The roles of these names, and every other one with the comment.
  static func scopeRoles(_ names: [String], or comment: String) -> Statement {
    Statement(
      """
      SELECT r.rolname, r.rolcanlogin, d.description AS comment
        FROM pg_catalog.pg_roles r
        LEFT JOIN pg_catalog.pg_shdescription d
          ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
       WHERE r.rolname = ANY ($1::pg_catalog.text[]) OR d.description = $2
       ORDER BY r.rolname
      """, [arrayLiteral(names), comment])
  }

  /// What there is in the schemas that a policy can speak of; columns of the named tables only.
  /// `target` is the thing as GRANT wants it, and as `grantedThings` spells it.
  static func things(in schemas: [String], columnsOf tables: [String]) -> Statement {
    Statement(
      """
      WITH relation AS (
        SELECT c.oid, c.relname, c.relkind, c.relowner, n.nspname
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY ($1::pg_catalog.text[])
           AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      ), thing (class, schema, name, target, column_name, column_sql, owner, catalog, oid) AS (
        SELECT 'schemas', n.nspname, n.nspname,
               'SCHEMA ' || pg_catalog.quote_ident(n.nspname), NULL::pg_catalog.text,
               NULL::pg_catalog.text, n.nspowner, 'pg_catalog.pg_namespace', n.oid
          FROM pg_catalog.pg_namespace n
         WHERE n.nspname = ANY ($1::pg_catalog.text[])
        UNION ALL
        SELECT CASE r.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END, r.nspname, r.relname,
               CASE r.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END
                 || r.oid::pg_catalog.regclass::pg_catalog.text,
               NULL, NULL, r.relowner, 'pg_catalog.pg_class', r.oid
          FROM relation r
        UNION ALL
        SELECT 'columns', r.nspname, r.relname,
               'TABLE ' || r.oid::pg_catalog.regclass::pg_catalog.text, a.attname,
               pg_catalog.quote_ident(a.attname), r.relowner, 'pg_catalog.pg_class', r.oid
          FROM relation r
          JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
         WHERE r.relname = ANY ($2::pg_catalog.text[]) AND r.relkind <> 'S'
           AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT 'routines', n.nspname, p.proname,
               \(routineAddress), NULL, NULL,
               p.proowner, 'pg_catalog.pg_proc', p.oid
          FROM pg_catalog.pg_proc p
          JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = ANY ($1::pg_catalog.text[])
      )
      SELECT class, schema, name, target, column_name, column_sql,
             pg_catalog.pg_get_userbyid(owner) AS owner,
             EXISTS (SELECT
                       FROM pg_catalog.pg_depend d
                      WHERE d.classid = thing.catalog::pg_catalog.regclass
                        AND d.objid = thing.oid AND d.deptype = 'e') AS is_of_extension
        FROM thing
       ORDER BY class, target, column_name
      """, [arrayLiteral(schemas), arrayLiteral(tables)])
  }

  /// What the scopes hold on things of this database and on shared ones.
  static func rights(of scopes: [String]) -> Statement {
    Statement(
      """
      WITH granted AS (\(grantedThings())
           AND d.refobjid IN (SELECT r.oid
                                FROM pg_catalog.pg_roles r
                               WHERE r.rolname = ANY ($1::pg_catalog.text[])))
      SELECT scope.rolname AS scope, granted.target, granted.column_name, granted.privilege_type,
             granted.is_grantable, pg_catalog.pg_get_userbyid(granted.grantor) AS grantor
        FROM granted
        JOIN pg_catalog.pg_roles scope ON scope.oid = granted.grantee
      """, [arrayLiteral(scopes)])
  }

  /// What the scopes will hold on things that are yet to be made.
  static func defaultRights(of scopes: [String]) -> Statement {
    Statement(
      """
      SELECT scope.rolname AS scope, n.nspname AS schema, acl.privilege_type, acl.is_grantable,
             CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                                  WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES'
                                  WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS things,
             pg_catalog.pg_get_userbyid(d.defaclrole) AS owner
        FROM pg_catalog.pg_default_acl d
       CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) acl
        JOIN pg_catalog.pg_roles scope ON scope.oid = acl.grantee
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
       WHERE scope.rolname = ANY ($1::pg_catalog.text[]) AND d.defaclrole <> scope.oid
      """, [arrayLiteral(scopes)])
  }

  /// What the scopes have that lies outside of this database: roles, and things elsewhere.
  static func strayRights(of scopes: [String]) -> Statement {
    Statement(
      """
      SELECT scope.rolname AS scope, 'membership in ' || pg_catalog.quote_ident(other.rolname)
               AS what
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles scope ON scope.oid = m.member
        JOIN pg_catalog.pg_roles other ON other.oid = m.roleid
       WHERE scope.rolname = ANY ($1::pg_catalog.text[])
      UNION ALL
      SELECT scope.rolname, count(*) || ' things in the database ' || b.datname
        FROM pg_catalog.pg_shdepend d
        JOIN pg_catalog.pg_roles scope ON scope.oid = d.refobjid
        JOIN pg_catalog.pg_database b ON b.oid = d.dbid
       WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND scope.rolname = ANY ($1::pg_catalog.text[])
         AND b.datname <> pg_catalog.current_database()
       GROUP BY scope.rolname, b.datname
      UNION ALL
      SELECT scope.rolname, 'default privileges of its own'
        FROM pg_catalog.pg_default_acl d
        JOIN pg_catalog.pg_roles scope ON scope.oid = d.defaclrole
       WHERE scope.rolname = ANY ($1::pg_catalog.text[])
       ORDER BY 1, 2
      """, [arrayLiteral(scopes)])
  }

  /// The database itself, as `things` has what is in it.
  static let databaseThing = Statement(
    """
    SELECT 'DATABASE ' || pg_catalog.quote_ident(b.datname) AS target,
           pg_catalog.pg_get_userbyid(b.datdba) AS owner,
           EXISTS (SELECT
                     FROM pg_catalog.aclexplode(
                            COALESCE(b.datacl, pg_catalog.acldefault('d', b.datdba))) acl
                    WHERE acl.grantee = 0 AND acl.privilege_type = 'CONNECT') AS public_connects
      FROM pg_catalog.pg_database b
     WHERE b.datname = pg_catalog.current_database()
    """)

  /// As which of the owners a login can act; a missing login as none.
  static func owners(
    _ owners: [String], for applier: String?, _ dialect: Dialect
  ) -> Statement {
    Statement(
      """
      SELECT owner.rolname AS owner, owner.rolsuper,
             COALESCE(pg_catalog.pg_has_role(applier.oid, owner.oid, $3), false) AS can_act
        FROM pg_catalog.pg_roles owner
        LEFT JOIN pg_catalog.pg_roles applier ON applier.rolname = $2
       WHERE owner.rolname = ANY ($1::pg_catalog.text[])
       ORDER BY owner.rolname
      """, [arrayLiteral(owners), applier, dialect.hasMembershipOptions ? "SET" : "MEMBER"])
  }
}
