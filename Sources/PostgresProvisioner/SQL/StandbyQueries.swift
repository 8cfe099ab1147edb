import PostgresClient

extension Statement {
  /// Commits and waits until that is on this server's disk, and for no other server. What was
  /// committed before, however lazily, is then on its way to the standbys.
  static let pushWAL = [
    Statement(
      """
      SELECT pg_catalog.set_config('synchronous_commit', 'local', true),
             pg_catalog.pg_current_xact_id()
      """),
    Statement(
      """
      SELECT pg_catalog.pg_current_wal_insert_lsn() AS position
      """),
  ]

  /// What a server that should be a standby is, and whether it has come past a position. Read before
  /// the sessions: what is seen then cannot have come in by what was before.
  static func standing(ofStandby position: String) -> Statement {
    Statement(
      """
      SELECT c.system_identifier, pg_catalog.pg_is_in_recovery() AS is_standby,
             COALESCE(pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_catalog.pg_lsn, false)
               AS has_replayed,
             GREATEST(0, pg_catalog.floor(pg_catalog.date_part('epoch',
               pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())
             ))::pg_catalog.int8 AS lag_seconds
        FROM pg_catalog.pg_control_system() c
      """, [position])
  }

  /// Like `startingBackends`, without the process that replays: it holds a virtual transaction id all
  /// the time, and is nobody's, too. Up to 17 `pg_stat_activity` knows it and no starting backend; from
  /// 18 on it knows both, and what tells them apart is their place: those of clients come first
  /// (`InitProcGlobal`).
  static let startingOnStandby = Statement(
    """
    SELECT l.pid
      FROM pg_catalog.pg_locks l
      LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
     WHERE l.locktype = 'virtualxid' AND l.granted
       AND a.usesysid IS NULL AND a.datid IS NULL
       AND (a.pid IS NULL
            OR pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 180000
               AND pg_catalog.split_part(l.virtualxid, '/', 1)::pg_catalog.int4
                   < pg_catalog.current_setting('max_connections')::pg_catalog.int4)
    """)

  /// Whom this server streams to, and whether it is streamed to itself. Without `pg_monitor` a row of
  /// somebody else's has nothing but its process and the client's name for itself: that is enough to
  /// count. Logical replication has a slot, and a backup is no server.
  static let streaming = Statement(
    """
    SELECT (SELECT count(*)
              FROM pg_catalog.pg_stat_replication r
             WHERE COALESCE(r.application_name, '') NOT IN ('pg_basebackup', 'pg_receivewal')
               AND NOT EXISTS (SELECT
                                 FROM pg_catalog.pg_replication_slots s
                                WHERE s.active_pid = r.pid AND s.slot_type = 'logical'))
             AS standbys,
           EXISTS (SELECT
                     FROM pg_catalog.pg_stat_wal_receiver) AS is_streamed_to
    """)
}
