import PostgresClient

extension Statement {
  /// What the roles, all of them together, may do with which tables, views and foreign tables; what
  /// everybody may is in it. The first by name, and how many there are in all.
  static func tables(for roles: [String], limit: Int, _ dialect: Dialect) -> Statement {
    let maintain = dialect.hasMaintain ? ", (8, 'MAINTAIN', false)" : ""
    return Statement(
      """
      WITH scope AS (
        SELECT r.oid
          FROM pg_catalog.pg_roles r
         WHERE r.rolname = ANY ($1::pg_catalog.text[])
      ), held AS (
        SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, p.place,
               CASE WHEN EXISTS (
                      SELECT
                        FROM scope
                       WHERE pg_catalog.has_table_privilege(scope.oid, c.oid, p.name))
                    THEN p.name
                    WHEN NOT p.is_for_columns THEN NULL
                    WHEN EXISTS (
                      SELECT
                        FROM scope
                       WHERE pg_catalog.has_any_column_privilege(scope.oid, c.oid, p.name))
                    THEN p.name || ' of some columns' END AS privilege
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN (
           VALUES (1, 'SELECT', true), (2, 'INSERT', true), (3, 'UPDATE', true),
                  (4, 'DELETE', false), (5, 'TRUNCATE', false), (6, 'REFERENCES', true),
                  (7, 'TRIGGER', false)\(maintain)) AS p (place, name, is_for_columns)
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
           AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND EXISTS (
             SELECT
               FROM scope
              WHERE pg_catalog.has_schema_privilege(scope.oid, n.oid, 'USAGE'))
      )
      SELECT name, pg_catalog.string_agg(privilege, ', ' ORDER BY place) AS privileges,
             count(*) OVER () AS total
        FROM held
       WHERE privilege IS NOT NULL
       GROUP BY name
       ORDER BY name COLLATE "C"
       LIMIT $2
      """, [arrayLiteral(roles), String(limit)])
  }
}
