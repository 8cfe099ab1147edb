import PostgresClient

extension Statement {
  /// What the broker's own login is.
  static let adminStanding = Statement(
    """
    SELECT me.rolname, me.rolsuper, me.rolcreaterole,
           pg_catalog.pg_has_role(me.oid, signal.oid, 'USAGE') AS can_end_sessions,
           (SELECT pg_catalog.pg_has_role(me.oid, reserve.oid, 'USAGE')
              FROM pg_catalog.pg_roles reserve
             WHERE reserve.rolname = 'pg_use_reserved_connections') AS uses_reserve
      FROM pg_catalog.pg_roles me, pg_catalog.pg_roles signal
     WHERE me.rolname = CURRENT_USER AND signal.rolname = 'pg_signal_backend'
    """)

  static let serverStanding = Statement(
    """
    SELECT pg_catalog.current_setting('server_version') AS version,
           pg_catalog.current_setting('max_prepared_transactions') AS prepared_max,
           pg_catalog.current_setting('reserved_connections', true) AS reserved_connections,
           pg_catalog.current_setting('createrole_self_grant', true) AS self_grant,
           EXISTS (SELECT
                     FROM pg_catalog.pg_namespace n,
                          LATERAL pg_catalog.aclexplode(
                            COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) acl
                    WHERE n.nspname = 'public' AND acl.grantee = 0
                      AND acl.privilege_type = 'CREATE') AS public_creates
    """)

  /// Which of the roles there are, and whether they may connect to this database.
  static func connecting(among roles: [String]) -> Statement {
    Statement(
      """
      SELECT r.rolname,
             pg_catalog.has_database_privilege(
               r.oid, pg_catalog.current_database()::pg_catalog.text, 'CONNECT') AS connects
        FROM pg_catalog.pg_roles r
       WHERE r.rolname = ANY ($1::pg_catalog.text[])
      """, [arrayLiteral(roles)])
  }

  static let serverTime = Statement(
    """
    SELECT (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000)::pg_catalog.int8
             AS now_ms
    """)

  /// The databases that people can connect to, and who may.
  static let openDatabases = Statement(
    """
    SELECT b.datname, b.datname = pg_catalog.current_database() AS is_ours,
           pg_catalog.has_database_privilege(b.oid, 'CONNECT') AS we_connect,
           EXISTS (SELECT
                     FROM pg_catalog.aclexplode(
                            COALESCE(b.datacl, pg_catalog.acldefault('d', b.datdba))) acl
                    WHERE acl.grantee = 0 AND acl.privilege_type = 'CONNECT') AS public_connects
      FROM pg_catalog.pg_database b
     WHERE b.datallowconn
     ORDER BY b.datname
    """)
}
