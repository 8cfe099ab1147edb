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

  /// Roles that became members of the role, with their sessions; only 14 lets the holder do that.
  /// Who reaches the role through another one can become it, too.
  static func guests(of oid: UInt32) -> Statement {
    Statement(
      """
      WITH RECURSIVE guest (oid, is_direct) AS (
        SELECT m.member, true
          FROM pg_catalog.pg_auth_members m
          JOIN pg_catalog.pg_roles r ON r.oid = m.member
         WHERE m.roleid = $1::pg_catalog.oid AND r.rolname <> CURRENT_USER
        UNION
        SELECT m.member, false
          FROM guest
          JOIN pg_catalog.pg_auth_members m ON m.roleid = guest.oid
      )
      SELECT r.rolname, guest.is_direct, a.pid
        FROM guest
        JOIN pg_catalog.pg_roles r ON r.oid = guest.oid
        LEFT JOIN pg_catalog.pg_stat_activity a ON a.usesysid = guest.oid
      """, [String(oid)])
  }

  /// Prepared transactions of the role; on versions on which the holder could become a scope, the
  /// scopes' as well: nobody else has a reason to prepare one as a scope.
  static func prepared(by oid: UInt32, orAnyOf scopes: [String]) -> Statement {
    Statement(
      """
      SELECT p.gid, owner.rolname AS owner, d.datname AS database
        FROM pg_catalog.pg_prepared_xact() p
        JOIN pg_catalog.pg_roles owner ON owner.oid = p.ownerid
        JOIN pg_catalog.pg_database d ON d.oid = p.dbid
       WHERE p.ownerid = $1::pg_catalog.oid OR owner.rolname = ANY ($2::pg_catalog.text[])
       ORDER BY d.datname, owner.rolname
      """, [String(oid), arrayLiteral(scopes)])
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

  /// What of this database, and of what all databases share, hangs on the role.
  static func residue(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT CASE d.dbid WHEN 0 THEN '(all)' ELSE pg_catalog.current_database() END AS database,
             o.type AS kind, o.identity AS name, d.deptype
        FROM pg_catalog.pg_shdepend d,
             LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) o
       WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND d.refobjid = $1::pg_catalog.oid
         AND d.dbid IN (0, (SELECT oid
                              FROM pg_catalog.pg_database
                             WHERE datname = pg_catalog.current_database()))
       ORDER BY d.deptype DESC, o.type, o.identity
      """, [String(oid)])
  }

  /// In which other databases something hangs on the role, and how much; its names are only
  /// visible there.
  static func residueElsewhere(of oid: UInt32) -> Statement {
    Statement(
      """
      SELECT d.datname AS database, count(*) AS number
        FROM pg_catalog.pg_shdepend s
        JOIN pg_catalog.pg_database d ON d.oid = s.dbid
       WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND s.refobjid = $1::pg_catalog.oid
         AND d.datname <> pg_catalog.current_database()
       GROUP BY d.datname
       ORDER BY d.datname
      """, [String(oid)])
  }
}
