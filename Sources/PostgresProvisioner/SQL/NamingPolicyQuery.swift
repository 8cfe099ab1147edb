import PostgresClient

extension Statement {
  /// Row-security policies that name the role, and in `sql` what takes it out of each: for the owner
  /// of the table, whom alone the server lets do it. DROP OWNED BY the role takes it out of others'
  /// policies in some minor versions, and in others only warns that it does not.
  ///
  /// A policy must be for somebody: one that is for nobody else has to go. Those on the role's own
  /// tables go with the tables. The first so many, and in `total` how many there are.
  static func policies(naming oid: UInt32, limit: Int) -> Statement {
    Statement(
      """
      SELECT pg_catalog.current_database() AS database,
             pg_catalog.quote_ident(p.polname) || ' on ' || c.name AS name,
             owner.rolname AS owner, c.relowner = $1::pg_catalog.oid AS is_own,
             CASE WHEN others.roles IS NULL
                  THEN pg_catalog.format('DROP POLICY %I ON %s', p.polname, c.name)
                  ELSE pg_catalog.format('ALTER POLICY %I ON %s TO %s', p.polname, c.name,
                                         others.roles) END AS sql,
             pg_catalog.count(*) OVER () AS total
        FROM pg_catalog.pg_policy p
       CROSS JOIN LATERAL (
          SELECT t.relowner, t.oid::pg_catalog.regclass::pg_catalog.text AS name
            FROM pg_catalog.pg_class t
           WHERE t.oid = p.polrelid
       ) c
        JOIN pg_catalog.pg_roles owner ON owner.oid = c.relowner
       CROSS JOIN LATERAL (
          SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(r.rolname), ', ') AS roles
            FROM pg_catalog.pg_roles r
           WHERE r.oid = ANY (p.polroles) AND r.oid <> $1::pg_catalog.oid
       ) others
       WHERE $1::pg_catalog.oid = ANY (p.polroles)
       ORDER BY is_own, p.polrelid, p.polname
       LIMIT $2
      """, [String(oid), String(limit)])
  }
}
