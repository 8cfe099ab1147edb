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

  /// Other databases that let us in, those first that the owner of this one cannot close.
  static func otherDoors(limit: Int) -> Statement {
    Statement(
      """
      SELECT b.datname
        FROM pg_catalog.pg_database b
        LEFT JOIN pg_catalog.pg_database here ON here.datname = pg_catalog.current_database()
       WHERE b.datallowconn AND b.datconnlimit <> 0 AND b.oid <> here.oid
         AND pg_catalog.has_database_privilege(b.oid, 'CONNECT')
       ORDER BY b.datdba = here.datdba, b.oid
       LIMIT $1::pg_catalog.int4
      """, [String(limit)])
  }
}
