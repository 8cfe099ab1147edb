import PostgresClient

/// The questions of `RevocationQueries`, about many roles at once.
extension Statement {
  static func roles(oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT r.oid, r.rolname, d.description AS comment, \(isFenced) AS is_fenced
        FROM pg_catalog.pg_roles r
        LEFT JOIN pg_catalog.pg_shdescription d
          ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
       WHERE r.oid = ANY ($1::pg_catalog.oid[])
      """, [arrayLiteral(oids)])
  }

  static func scopesHeld(
    byAny oids: [UInt32], planned: [String], marker: String
  ) -> Statement {
    Statement(
      """
      SELECT DISTINCT m.member, scope.oid, scope.rolname
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles scope ON scope.oid = m.roleid
        JOIN pg_catalog.pg_roles grantor ON grantor.oid = m.grantor
       WHERE m.member = ANY ($1::pg_catalog.oid[]) AND scope.rolname <> $3
         AND (grantor.rolname = CURRENT_USER OR scope.rolname = ANY ($2::pg_catalog.text[]))
       ORDER BY m.member, scope.oid
      """, [arrayLiteral(oids), arrayLiteral(planned), marker])
  }

  static func terminateSessions(ofAny oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT usesysid, pid, pg_catalog.pg_terminate_backend(pid)
        FROM pg_catalog.pg_stat_activity
       WHERE usesysid = ANY ($1::pg_catalog.oid[])
      """, [arrayLiteral(oids)])
  }

  /// Of the roles, those with prepared transactions, and the scopes in the reach of which somebody
  /// has one: the one or the other is NULL.
  static func preparing(amongst oids: [UInt32], or scopes: [String]) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes)
      SELECT DISTINCT p.ownerid AS oid, NULL::pg_catalog.name AS scope
        FROM pg_catalog.pg_prepared_xact() p
       WHERE p.ownerid = ANY ($2::pg_catalog.oid[])
      UNION
      SELECT NULL, pg_catalog.pg_get_userbyid(reach.scope)
        FROM pg_catalog.pg_prepared_xact() p
        JOIN reach ON reach.oid = p.ownerid
      """, [arrayLiteral(scopes), arrayLiteral(oids)])
  }

  /// Of the roles, those that others became members of.
  static func hosts(amongst oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT DISTINCT m.roleid AS oid
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles member ON member.oid = m.member
       WHERE m.roleid = ANY ($1::pg_catalog.oid[]) AND member.rolname <> CURRENT_USER
      """, [arrayLiteral(oids)])
  }

  /// Of the scopes, those that own something in any database, default privileges included, or lead
  /// to a role that does: a holder can have made it theirs. What roles of the server itself own is
  /// in no shared catalog: their default privileges are looked for here, and `is_opaque` tells that
  /// a scope leads to one.
  static func owning(amongst scopes: [String]) -> Statement {
    Statement(
      """
      WITH RECURSIVE \(reachOfScopes)
      SELECT pg_catalog.pg_get_userbyid(reach.scope) AS scope,
             pg_catalog.bool_or(reach.oid < 16384) AS is_opaque,
             pg_catalog.bool_or(
               EXISTS (SELECT
                         FROM pg_catalog.pg_shdepend d
                        WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                          AND d.refobjid = reach.oid AND d.deptype = 'o')
               OR EXISTS (SELECT
                            FROM pg_catalog.pg_default_acl a
                           WHERE a.defaclrole = reach.oid)) AS owns
        FROM reach
       GROUP BY reach.scope
      """, [arrayLiteral(scopes)])
  }

  /// Of the roles, those that anything in the server still mentions.
  static func traces(ofAny oids: [UInt32]) -> Statement {
    Statement(
      """
      SELECT oid
        FROM pg_catalog.pg_roles
       WHERE oid = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT usesysid
        FROM pg_catalog.pg_stat_activity
       WHERE usesysid = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT ownerid
        FROM pg_catalog.pg_prepared_xact()
       WHERE ownerid = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT setrole
        FROM pg_catalog.pg_db_role_setting
       WHERE setrole = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT roleid
        FROM pg_catalog.pg_auth_members
       WHERE roleid = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT member
        FROM pg_catalog.pg_auth_members
       WHERE member = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT grantor
        FROM pg_catalog.pg_auth_members
       WHERE grantor = ANY ($1::pg_catalog.oid[])
      UNION
      SELECT refobjid
        FROM pg_catalog.pg_shdepend
       WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
         AND refobjid = ANY ($1::pg_catalog.oid[])
      """, [arrayLiteral(oids)])
  }
}
