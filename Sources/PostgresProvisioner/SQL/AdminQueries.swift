import PostgresClient

extension Statement {
  /// Which server this is, who we are in it, and whether it takes changes.
  static let introduction = Statement(
    """
    SELECT control.system_identifier, SESSION_USER AS session_user, CURRENT_USER AS current_user,
           pg_catalog.current_setting('transaction_read_only') = 'on' AS is_read_only,
           pg_catalog.pg_is_in_recovery() AS is_standby
      FROM pg_catalog.pg_control_system() control
    """)

  /// Other databases than the policy's that let us in, those first that its owner has no power in;
  /// a superuser has it in all.
  static func otherDoors(besides home: String, limit: Int) -> Statement {
    Statement(
      """
      SELECT b.datname,
             b.datname = 'postgres'
             OR b.datdba IS DISTINCT FROM home.datdba AND owner.rolsuper IS NOT TRUE
               AS is_anothers
        FROM pg_catalog.pg_database b
        LEFT JOIN pg_catalog.pg_database home ON home.datname = $1
        LEFT JOIN pg_catalog.pg_roles owner ON owner.oid = home.datdba
       WHERE b.datallowconn AND b.datconnlimit <> 0 AND b.datname <> $1
         AND b.datname <> 'template1'
         AND pg_catalog.has_database_privilege(b.oid, 'CONNECT')
       ORDER BY is_anothers DESC, b.datname <> 'postgres', b.oid
       LIMIT $2::pg_catalog.int4
      """, [home, String(limit)])
  }

  /// For this transaction only.
  static let waitForStandbys = Statement(
    """
    SELECT pg_catalog.set_config('synchronous_commit', 'on', true)
    """)
}
