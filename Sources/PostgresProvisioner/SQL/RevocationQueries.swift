import PostgresClient

extension Statement {
  /// Backends that may have passed the check of LOGIN before a fence and are nobody's yet: they
  /// hold a virtual transaction id, and `pg_stat_activity` does not know them (from 18 on: knows
  /// neither user nor database; an autovacuum worker has a database).
  static let startingBackends = Statement(
    """
    SELECT l.pid
      FROM pg_catalog.pg_locks l
      LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
     WHERE l.locktype = 'virtualxid' AND l.granted
       AND a.usesysid IS NULL AND a.datid IS NULL
    """)

  /// By OID, which stays when the name is gone, and whatever a session made of itself by SET ROLE.
  static func terminateSessions(of oid: UInt32, and guests: Set<Int>) -> Statement {
    Statement(
      """
      SELECT pid, pg_catalog.pg_terminate_backend(pid)
        FROM pg_catalog.pg_stat_activity
       WHERE usesysid = $1::pg_catalog.oid OR pid = ANY ($2::pg_catalog.int4[])
      """, [String(oid), arrayLiteral(guests)])
  }

  static func terminate(_ pid: Int) -> Statement {
    Statement(
      """
      SELECT pg_catalog.pg_terminate_backend($1::pg_catalog.int4) AS was_there
      """, [String(pid)])
  }

  /// What we gave the role, and where the server does not tell who gave it, the scopes of the plan.
  static func scopesHeld(by oid: UInt32, planned: [String], marker: String) -> Statement {
    Statement(
      """
      SELECT DISTINCT scope.oid, scope.rolname
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles scope ON scope.oid = m.roleid
        JOIN pg_catalog.pg_roles grantor ON grantor.oid = m.grantor
       WHERE m.member = $1::pg_catalog.oid AND scope.rolname <> $3
         AND (grantor.rolname = CURRENT_USER OR scope.rolname = ANY ($2::pg_catalog.text[]))
       ORDER BY scope.oid
      """, [String(oid), arrayLiteral(planned), marker])
  }

  /// Sessions of roles that became members of the role; only 14 lets the holder do that. Who reaches
  /// the role through another one can become it, too.
  static func guestSessions(of oid: UInt32) -> Statement {
    Statement(
      """
      WITH RECURSIVE guest (oid) AS (
        SELECT m.member
          FROM pg_catalog.pg_auth_members m
          JOIN pg_catalog.pg_roles r ON r.oid = m.member
         WHERE m.roleid = $1::pg_catalog.oid AND r.rolname <> CURRENT_USER
        UNION
        SELECT m.member
          FROM guest
          JOIN pg_catalog.pg_auth_members m ON m.roleid = guest.oid
      )
      SELECT a.pid
        FROM pg_catalog.pg_stat_activity a
       WHERE a.usesysid IN (SELECT oid FROM guest)
      """, [String(oid)])
  }

  /// Some of the roles that became members of the role.
  static func guests(of oid: UInt32, limit: Int) -> Statement {
    Statement(
      """
      SELECT DISTINCT r.oid, r.rolname
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles r ON r.oid = m.member
       WHERE m.roleid = $1::pg_catalog.oid AND r.rolname <> CURRENT_USER
       ORDER BY r.oid
       LIMIT $2
      """, [String(oid), String(limit)])
  }

  /// Prepared transactions of the role and of any of `others`, and those of `spared` roles that hold
  /// a lock on the role: by it they keep it from being fenced or dropped.
  static func prepared(
    by oid: UInt32, orAnyOf others: [String], orHeldByAnyOf spared: [String]
  ) -> Statement {
    Statement(
      """
      SELECT p.gid, owner.rolname AS owner, d.datname AS database
        FROM pg_catalog.pg_prepared_xact() p
        JOIN pg_catalog.pg_roles owner ON owner.oid = p.ownerid
        JOIN pg_catalog.pg_database d ON d.oid = p.dbid
       WHERE p.ownerid = $1::pg_catalog.oid OR owner.rolname = ANY ($2::pg_catalog.text[])
          OR owner.rolname = ANY ($3::pg_catalog.text[])
             AND EXISTS (SELECT
                           FROM pg_catalog.pg_locks own
                           JOIN pg_catalog.pg_locks held
                             ON held.virtualtransaction = own.virtualtransaction
                            AND held.pid IS NULL
                          WHERE own.locktype = 'transactionid' AND own.pid IS NULL
                            AND own.transactionid = p.transaction
                            AND (held.relation = 'pg_catalog.pg_authid'::pg_catalog.regclass
                                 AND held.mode <> 'AccessShareLock'
                                 OR held.locktype = 'object'
                                 AND held.classid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                                 AND held.objid = $1::pg_catalog.oid))
       ORDER BY d.datname, owner.rolname
      """, [String(oid), arrayLiteral(others), arrayLiteral(spared)])
  }

  /// Whether we are a member of a role with all privileges that are needed, and whether it was we
  /// ourselves who made us one.
  static func standing(in role: String, needing privileges: [String]) -> Statement {
    Statement(
      """
      SELECT NOT EXISTS (SELECT
                           FROM pg_catalog.unnest($2::pg_catalog.text[]) needed
                          WHERE NOT pg_catalog.pg_has_role(CURRENT_USER, r.oid, needed))
               AS is_member,
             EXISTS (SELECT
                       FROM pg_catalog.pg_auth_members m
                       JOIN pg_catalog.pg_roles admin ON admin.oid = m.member
                      WHERE m.roleid = r.oid AND admin.rolname = CURRENT_USER
                        AND m.grantor = m.member)
               AS is_ours
        FROM pg_catalog.pg_roles r
       WHERE r.rolname = $1
      """, [role, arrayLiteral(privileges)])
  }

  /// Everything in the server that still mentions the OID.
  static func traces(of oid: UInt32) -> Statement {
    Statement(
      """
      WITH traces (what, number) AS (
        SELECT 'role', count(*)
          FROM pg_catalog.pg_roles
         WHERE oid = $1::pg_catalog.oid
        UNION ALL
        SELECT 'session', count(*)
          FROM pg_catalog.pg_stat_activity
         WHERE usesysid = $1::pg_catalog.oid
        UNION ALL
        SELECT 'prepared transaction', count(*)
          FROM pg_catalog.pg_prepared_xact()
         WHERE ownerid = $1::pg_catalog.oid
        UNION ALL
        SELECT 'setting', count(*)
          FROM pg_catalog.pg_db_role_setting
         WHERE setrole = $1::pg_catalog.oid
        UNION ALL
        SELECT 'membership', count(*)
          FROM pg_catalog.pg_auth_members
         WHERE $1::pg_catalog.oid IN (roleid, member, grantor)
        UNION ALL
        SELECT 'dependency', count(*)
          FROM pg_catalog.pg_shdepend
         WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
           AND refobjid = $1::pg_catalog.oid
      )
      SELECT what, number
        FROM traces
       WHERE number > 0
      """, [String(oid)])
  }
}
