import PostgresClient

extension Statement {
  /// What the owner has through which somebody could go on after a grant: code that runs when
  /// others work, and who may do what with its things. Of code `value` is a digest.
  ///
  /// Other grants may act as the owner at the same time; that they are its members says nothing.
  static func belongings(of owner: String, marker: String) -> Statement {
    Statement(
      """
      WITH owner AS (
        SELECT r.oid, r.rolname
          FROM pg_catalog.pg_roles r
         WHERE r.rolname = $1
      ), relation AS (
        SELECT c.oid, c.relacl, c.relkind, c.oid::pg_catalog.regclass::pg_catalog.text AS name
          FROM pg_catalog.pg_class c
          JOIN owner ON owner.oid = c.relowner
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      ), granted (kind, name, acl) AS (
        SELECT CASE r.relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END, r.name, r.relacl
          FROM relation r
        UNION ALL
        SELECT 'column ', r.name || '.' || pg_catalog.quote_ident(a.attname), a.attacl
          FROM relation r
          JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
         WHERE a.attacl IS NOT NULL
        UNION ALL
        SELECT 'function ', p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proacl
          FROM pg_catalog.pg_proc p
          JOIN owner ON owner.oid = p.proowner
        UNION ALL
        SELECT 'schema ', pg_catalog.quote_ident(n.nspname), n.nspacl
          FROM pg_catalog.pg_namespace n
          JOIN owner ON owner.oid = n.nspowner
        UNION ALL
        SELECT 'type ', pg_catalog.format_type(t.oid, NULL), t.typacl
          FROM pg_catalog.pg_type t
          JOIN owner ON owner.oid = t.typowner
         WHERE t.typacl IS NOT NULL
        UNION ALL
        SELECT 'large object ', l.oid::pg_catalog.text, l.lomacl
          FROM pg_catalog.pg_largeobject_metadata l
          JOIN owner ON owner.oid = l.lomowner
         WHERE l.lomacl IS NOT NULL
        UNION ALL
        SELECT 'server ', pg_catalog.quote_ident(s.srvname), s.srvacl
          FROM pg_catalog.pg_foreign_server s
          JOIN owner ON owner.oid = s.srvowner
        UNION ALL
        SELECT 'database ', pg_catalog.quote_ident(b.datname), b.datacl
          FROM pg_catalog.pg_database b
          JOIN owner ON owner.oid = b.datdba
      ), grants AS (
        SELECT granted.kind || granted.name || ' to '
                 || COALESCE(pg_catalog.quote_ident(grantee.rolname), 'everybody') AS name,
               pg_catalog.string_agg(
                 acl.privilege_type || CASE WHEN acl.is_grantable THEN ' (to be handed on)' ELSE '' END,
                 ', ' ORDER BY acl.privilege_type, acl.is_grantable) AS value
          FROM granted
         CROSS JOIN LATERAL pg_catalog.aclexplode(granted.acl) acl
          LEFT JOIN pg_catalog.pg_roles grantee ON grantee.oid = acl.grantee
         WHERE acl.grantee NOT IN (SELECT oid FROM owner)
         GROUP BY granted.kind, granted.name, grantee.rolname
      ), here (kind, name, value) AS (
        SELECT 'function', p.oid::pg_catalog.regprocedure::pg_catalog.text,
               \(digest("pg_catalog.row_to_json(p)::pg_catalog.jsonb::pg_catalog.text"))
          FROM (SELECT r.oid, prosrc, probin, prosecdef, proconfig, prolang, prokind,
                       pg_catalog.pg_get_function_result(r.oid) AS result,
                       pg_catalog.pg_get_function_arguments(r.oid) AS arguments,
                       pg_catalog.pg_get_function_sqlbody(r.oid) AS body
                  FROM pg_catalog.pg_proc r
                  JOIN owner ON owner.oid = r.proowner) p
        UNION ALL
        SELECT 'trigger', pg_catalog.quote_ident(t.tgname) || ' on ' || r.name,
               \(digest("pg_catalog.pg_get_triggerdef(t.oid) || t.tgenabled::pg_catalog.text"))
          FROM pg_catalog.pg_trigger t
          JOIN relation r ON r.oid = t.tgrelid
         WHERE NOT t.tgisinternal
        UNION ALL
        SELECT CASE w.rulename WHEN '_RETURN' THEN 'view' ELSE 'rule' END,
               CASE w.rulename WHEN '_RETURN' THEN '' ELSE pg_catalog.quote_ident(w.rulename) || ' on '
               END || r.name,
               \(digest("pg_catalog.pg_get_ruledef(w.oid) || w.ev_enabled::pg_catalog.text"))
          FROM pg_catalog.pg_rewrite w
          JOIN relation r ON r.oid = w.ev_class
        UNION ALL
        SELECT 'policy', pg_catalog.quote_ident(p.polname) || ' on ' || r.name,
               \(digest(policyText))
          FROM pg_catalog.pg_policy p
          JOIN relation r ON r.oid = p.polrelid
        UNION ALL
        SELECT 'default', r.name || '.' || pg_catalog.quote_ident(a.attname),
               \(digest("d.adbin::pg_catalog.text"))
          FROM pg_catalog.pg_attrdef d
          JOIN relation r ON r.oid = d.adrelid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        UNION ALL
        SELECT 'constraint', pg_catalog.quote_ident(o.conname) || ' on '
                 || COALESCE(r.name, pg_catalog.format_type(y.oid, NULL)),
               \(digest("o.conbin::pg_catalog.text || o.convalidated::pg_catalog.text"))
          FROM pg_catalog.pg_constraint o
          LEFT JOIN relation r ON r.oid = o.conrelid
          LEFT JOIN pg_catalog.pg_type y
            ON y.oid = o.contypid AND y.typowner IN (SELECT oid FROM owner)
         WHERE o.conbin IS NOT NULL AND (r.oid IS NOT NULL OR y.oid IS NOT NULL)
        UNION ALL
        SELECT 'index', x.indexrelid::pg_catalog.regclass::pg_catalog.text,
               \(digest("pg_catalog.concat_ws('|', x.indexprs, x.indpred)"))
          FROM pg_catalog.pg_index x
          JOIN relation r ON r.oid = x.indrelid
         WHERE x.indexprs IS NOT NULL OR x.indpred IS NOT NULL
        UNION ALL
        SELECT 'operator', o.oid::pg_catalog.regoperator::pg_catalog.text,
               o.oprcode::pg_catalog.oid::pg_catalog.regprocedure::pg_catalog.text
          FROM pg_catalog.pg_operator o
          JOIN owner ON owner.oid = o.oprowner
        UNION ALL
        SELECT 'cast', pg_catalog.format('(%s AS %s)', pg_catalog.format_type(k.castsource, NULL),
                                         pg_catalog.format_type(k.casttarget, NULL)),
               pg_catalog.concat_ws(' ', k.castcontext, k.castmethod,
                                    k.castfunc::pg_catalog.regprocedure)
          FROM pg_catalog.pg_cast k
          JOIN pg_catalog.pg_type y ON y.oid IN (k.castsource, k.casttarget)
         WHERE y.typowner IN (SELECT oid FROM owner)
         GROUP BY k.castsource, k.casttarget, k.castcontext, k.castmethod, k.castfunc
        UNION ALL
        SELECT 'publication', pg_catalog.quote_ident(b.pubname),
               CASE WHEN b.puballtables THEN 'of all tables' ELSE 'of some tables' END
          FROM pg_catalog.pg_publication b
          JOIN owner ON owner.oid = b.pubowner
        UNION ALL
        SELECT 'user mapping',
               pg_catalog.format('for %s on %I', COALESCE(m.usename, 'everybody'), m.srvname), ''
          FROM pg_catalog.pg_user_mappings m
          JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid
          JOIN owner ON owner.oid = s.srvowner
        UNION ALL
        SELECT 'row security', r.name,
               CASE WHEN c.relforcerowsecurity THEN 'forced' ELSE 'enabled' END
          FROM pg_catalog.pg_class c
          JOIN relation r ON r.oid = c.oid
         WHERE c.relrowsecurity OR c.relforcerowsecurity
        UNION ALL
        SELECT 'default privilege',
               pg_catalog.concat_ws(' ', CASE d.defaclobjtype
                   WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines'
                   WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
                 'in ' || pg_catalog.quote_ident(n.nspname), 'to',
                 COALESCE(pg_catalog.quote_ident(grantee.rolname), 'everybody')),
               pg_catalog.string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type)
          FROM pg_catalog.pg_default_acl d
          JOIN owner ON owner.oid = d.defaclrole
         CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) acl
          LEFT JOIN pg_catalog.pg_roles grantee ON grantee.oid = acl.grantee
          LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
         GROUP BY d.defaclobjtype, n.nspname, grantee.rolname
        UNION ALL
        SELECT 'extension', pg_catalog.quote_ident(e.extname), e.extversion
          FROM pg_catalog.pg_extension e
          JOIN owner ON owner.oid = e.extowner
        UNION ALL
        SELECT 'grant', name, value
          FROM grants
      ), shared (kind, name, value) AS (
        SELECT 'setting',
               pg_catalog.concat_ws(' ', pg_catalog.split_part(setting, '=', 1),
                 'in ' || pg_catalog.quote_ident(b.datname)),
               pg_catalog.substr(setting, pg_catalog.strpos(setting, '=') + 1)
          FROM pg_catalog.pg_db_role_setting s
          LEFT JOIN pg_catalog.pg_database b ON b.oid = s.setdatabase
         CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) setting
         WHERE s.setrole IN (SELECT oid FROM owner)
            OR s.setrole = 0 AND b.datdba IN (SELECT oid FROM owner)
        UNION ALL
        SELECT 'member', pg_catalog.quote_ident(member.rolname),
               CASE WHEN m.admin_option THEN 'may give it on' ELSE 'member' END
          FROM pg_catalog.pg_auth_members m
          JOIN owner ON owner.oid = m.roleid
          JOIN pg_catalog.pg_roles member ON member.oid = m.member
         WHERE NOT EXISTS (SELECT
                             FROM pg_catalog.pg_auth_members g
                             JOIN pg_catalog.pg_roles marker ON marker.oid = g.roleid
                            WHERE g.member = m.member AND marker.rolname = $2)
         GROUP BY member.rolname, m.admin_option
        UNION ALL
        SELECT 'prepared transaction', p.gid,
               'holds its locks until somebody ends it; the application''s, or the holder''s'
          FROM pg_catalog.pg_prepared_xacts p
          JOIN owner ON owner.rolname = p.owner
      )
      SELECT pg_catalog.current_database() AS database, kind, name, value
        FROM here
      UNION ALL
      SELECT '(all)', kind, name, value
        FROM shared
      """, [owner, marker])
  }
}

/// SHA-256 in hexadecimal digits. The holder writes what is digested, and MD5 has collisions; where
/// a server runs in FIPS mode, it does not have MD5 at all.
private func digest(_ sql: String) -> String {
  """
  pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
    \(sql), pg_catalog.getdatabaseencoding())), 'hex')
  """
}

private let policyText = """
  pg_catalog.concat_ws('|', p.polcmd, p.polpermissive, p.polroles,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid),
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
  """
