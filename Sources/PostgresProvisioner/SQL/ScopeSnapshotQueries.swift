import PostgresClient

extension Statement {
  /// What the scopes and the roles that they lead to are, what they are named in, and what runs
  /// when others use the tables on which they hold TRIGGER: whatever a holder can leave there. Of
  /// code `value` is a digest.
  ///
  /// Where the server has much of a kind, the first by name are rows of their own, and the rest is
  /// one row with their number and a digest: a holder chooses how many triggers there are. What is
  /// in other databases is known by its number and a digest only. Grants' own roles are members
  /// of scopes; that says nothing.
  static func standing(
    of scopes: [String], before: [String], marker: String, limit: Int
  ) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes), role AS (
        SELECT r.*
          FROM pg_catalog.pg_roles r
         WHERE r.rolname = ANY ($2::pg_catalog.text[]) OR r.oid IN (SELECT oid FROM reach)
      ), named AS (
        SELECT role.rolname, d.dbid, d.classid, d.objid, d.objsubid, d.deptype
          FROM pg_catalog.pg_shdepend d
          JOIN role ON role.oid = d.refobjid
         WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
      ), here AS (
        SELECT named.*
          FROM named
          JOIN pg_catalog.pg_database b ON b.oid = named.dbid
         WHERE b.datname = pg_catalog.current_database()
      ), armed AS MATERIALIZED (
        SELECT c.oid, c.oid::pg_catalog.regclass::pg_catalog.text AS name
          FROM pg_catalog.pg_class c
         WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relpersistence <> 't'
           AND (c.relowner IN (SELECT oid FROM role)
                OR c.relacl IS NOT NULL
                   AND EXISTS (SELECT
                                 FROM role
                                WHERE pg_catalog.has_table_privilege(role.oid, c.oid, 'TRIGGER')))
      ), mine AS (
        SELECT t.oid
          FROM pg_catalog.pg_trigger t
         WHERE t.tgqual IS NOT NULL AND NOT t.tgisinternal AND t.tgparentid = 0
           AND t.tgrelid IN (SELECT oid FROM armed)
      ), \(expressions(of: "pg_trigger")), hook (kind, name, value) AS (
        SELECT CASE WHEN t.oid IN (SELECT relation FROM unsafe_expression)
                    THEN 'trigger that may run SQL' ELSE 'trigger' END,
               pg_catalog.format('%I on %s', t.tgname, armed.name)
                 || CASE WHEN t.oid IN (SELECT relation FROM unsafe_expression)
                         THEN pg_catalog.format(' (DROP TRIGGER %I ON %s ends it)', t.tgname, armed.name)
                         ELSE '' END,
               pg_catalog.concat_ws('|', t.tgenabled, t.tgtype, t.tgattr, t.tgqual, t.tgargs,
                 t.tgoldtable, t.tgnewtable, t.tgfoid::pg_catalog.regprocedure)
          FROM pg_catalog.pg_trigger t
          JOIN armed ON armed.oid = t.tgrelid
         WHERE NOT t.tgisinternal AND t.tgparentid = 0
        UNION ALL
        SELECT 'rule', pg_catalog.quote_ident(w.rulename) || ' on ' || armed.name,
               pg_catalog.concat_ws('|', w.ev_enabled, w.ev_type, w.is_instead, w.ev_qual,
                 w.ev_action)
          FROM pg_catalog.pg_rewrite w
          JOIN armed ON armed.oid = w.ev_class
         WHERE w.rulename <> '_RETURN'
        UNION ALL
        SELECT 'default', armed.name || '.' || pg_catalog.quote_ident(a.attname),
               e.adbin::pg_catalog.text
          FROM pg_catalog.pg_attrdef e
          JOIN armed ON armed.oid = e.adrelid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum
        UNION ALL
        SELECT 'policy', pg_catalog.quote_ident(p.polname) || ' on '
                 || p.polrelid::pg_catalog.regclass::pg_catalog.text,
               pg_catalog.concat_ws('|', p.polcmd, p.polpermissive, p.polroles, p.polqual,
                 p.polwithcheck)
          FROM pg_catalog.pg_policy p
         WHERE p.polrelid IN (SELECT oid FROM armed)
            OR p.oid IN (SELECT objid
                           FROM here
                          WHERE classid = 'pg_catalog.pg_policy'::pg_catalog.regclass)
      ), numbered AS (
        SELECT hook.*, pg_catalog.row_number() OVER (PARTITION BY kind ORDER BY name) AS place
          FROM hook
      ), spoken (database, kind, name, value) AS (
        SELECT pg_catalog.current_database(), kind, name, \(digest("value"))
          FROM numbered
         WHERE place <= $4
        UNION ALL
        SELECT pg_catalog.current_database(), kind, '(the others)',
               pg_catalog.count(*) || ' ' ||
               \(digest("pg_catalog.string_agg(name || '|' || value, ',' ORDER BY place)"))
          FROM numbered
         WHERE place > $4
         GROUP BY kind
        UNION ALL
        SELECT pg_catalog.current_database(), 'default privilege',
               pg_catalog.concat_ws(' ', 'of', d.defaclrole::pg_catalog.regrole, 'on',
                 CASE d.defaclobjtype
                   WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines'
                   WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
                 'in ' || pg_catalog.quote_ident(n.nspname)),
               pg_catalog.array_to_string(d.defaclacl, ', ')
          FROM pg_catalog.pg_default_acl d
          LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
         WHERE d.defaclrole IN (SELECT oid FROM role)
            OR d.oid IN (SELECT objid
                           FROM here
                          WHERE classid = 'pg_catalog.pg_default_acl'::pg_catalog.regclass)
        UNION ALL
        SELECT pg_catalog.current_database(), 'grants',
               'on tables to ' || pg_catalog.quote_ident(here.rolname),
               pg_catalog.count(*) || ' ' ||
               \(digest("""
                 pg_catalog.string_agg(
                   c.oid::pg_catalog.text || c.relacl::pg_catalog.text, ',' ORDER BY c.oid)
                 """))
          FROM here
         CROSS JOIN LATERAL (
            SELECT t.oid,
                   pg_catalog.array_to_string(
                     ARRAY (SELECT a::pg_catalog.text
                              FROM pg_catalog.unnest(t.relacl) a
                             WHERE pg_catalog.starts_with(a::pg_catalog.text, prefix.text)
                             ORDER BY 1), ',') AS relacl
              FROM pg_catalog.pg_class t,
                   (VALUES (here.rolname::pg_catalog.regrole::pg_catalog.text || '=')) prefix (text)
             WHERE t.oid = here.objid
         ) c
         WHERE here.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND here.deptype = 'a' AND here.objsubid = 0
         GROUP BY here.rolname
        UNION ALL
        SELECT COALESCE(b.datname, '(all)'), 'mention',
               CASE named.deptype WHEN 'o' THEN 'owned by ' ELSE '' END
                 || pg_catalog.quote_ident(named.rolname)
                 || CASE named.deptype WHEN 'o' THEN ', ' ELSE ' in ' END
                 || named.classid::pg_catalog.regclass::pg_catalog.text,
               pg_catalog.count(*) || ' ' ||
               \(digest("""
                 pg_catalog.string_agg(
                   named.objid || '.' || named.objsubid, ',' ORDER BY named.objid, named.objsubid)
                 """))
          FROM named
          LEFT JOIN pg_catalog.pg_database b ON b.oid = named.dbid
         GROUP BY b.datname, named.deptype, named.rolname, named.classid
        UNION ALL
        SELECT '(all)', 'role', pg_catalog.quote_ident(role.rolname),
               pg_catalog.concat_ws(', ',
                 CASE WHEN role.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
                 CASE WHEN role.rolsuper THEN 'SUPERUSER' END,
                 CASE WHEN NOT role.rolinherit THEN 'NOINHERIT' END,
                 CASE WHEN role.rolcreaterole THEN 'CREATEROLE' END,
                 CASE WHEN role.rolcreatedb THEN 'CREATEDB' END,
                 CASE WHEN role.rolreplication THEN 'REPLICATION' END,
                 CASE WHEN role.rolbypassrls THEN 'BYPASSRLS' END,
                 'CONNECTION LIMIT ' || role.rolconnlimit,
                 'VALID UNTIL ' || (role.rolvaliduntil AT TIME ZONE 'UTC'))
          FROM role
        UNION ALL
        SELECT COALESCE(b.datname, '(all)'), 'scope setting',
               pg_catalog.format(
                 '%s of %I (ALTER ROLE %2$I %sRESET %I ends it)',
                 pg_catalog.split_part(setting, '=', 1), role.rolname,
                 'IN DATABASE ' || pg_catalog.quote_ident(b.datname) || ' ',
                 pg_catalog.split_part(setting, '=', 1)),
               \(digest("setting"))
          FROM pg_catalog.pg_db_role_setting s
          JOIN role ON role.oid = s.setrole
          LEFT JOIN pg_catalog.pg_database b ON b.oid = s.setdatabase
         CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) setting
        UNION ALL
        SELECT '(all)', 'membership',
               pg_catalog.quote_ident(role.rolname) || ' in ' || m.roleid::pg_catalog.regrole,
               CASE WHEN pg_catalog.bool_or(m.admin_option) THEN 'may give it on' ELSE 'member' END
          FROM pg_catalog.pg_auth_members m
          JOIN role ON role.oid = m.member
         GROUP BY role.rolname, m.roleid
        UNION ALL
        SELECT '(all)', 'members', 'of ' || pg_catalog.quote_ident(role.rolname),
               pg_catalog.count(*) || ' ' ||
               \(digest("""
                 pg_catalog.string_agg(
                   m.member || CASE WHEN m.admin_option THEN '+' ELSE '' END, ','
                   ORDER BY m.member, m.grantor, m.admin_option)
                 """))
          FROM pg_catalog.pg_auth_members m
          JOIN role ON role.oid = m.roleid
          JOIN pg_catalog.pg_roles member ON member.oid = m.member
         WHERE member.rolname <> CURRENT_USER
           AND NOT EXISTS (SELECT
                             FROM pg_catalog.pg_auth_members g
                             JOIN pg_catalog.pg_roles marker ON marker.oid = g.roleid
                            WHERE g.member = m.member AND marker.rolname = $3)
         GROUP BY role.rolname
      )
      SELECT database, kind, name, value
        FROM spoken
      """, [arrayLiteral(scopes), arrayLiteral(before), marker, String(limit)])
  }
}

extension Statement {
  /// One row: how many policies and default privileges, in all databases, name the scopes or roles
  /// that they lead to.
  static func undoable(of scopes: [String]) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes)
      SELECT pg_catalog.count(DISTINCT (d.dbid, d.classid, d.objid)) AS number
        FROM pg_catalog.pg_shdepend d
       WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND d.refobjid IN (SELECT oid FROM reach)
         AND d.classid IN ('pg_catalog.pg_policy'::pg_catalog.regclass,
                           'pg_catalog.pg_default_acl'::pg_catalog.regclass)
      """, [arrayLiteral(scopes)])
  }
}

/// The first 16 bytes of SHA-256 in hexadecimal digits. The holder writes what is digested, and MD5
/// has collisions.
private func digest(_ sql: String) -> String {
  """
  pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
      \(sql), pg_catalog.getdatabaseencoding())), 'hex'), 1, 32)
  """
}
