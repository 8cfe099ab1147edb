import PostgresClient

/// A database with orders in it, a scope that may change them, and a least admin for the broker.
package struct LiveDatabase: Sendable {
  package let postgres: ThrowAwayPostgres
  package let dbname: String
  /// The NOLOGIN role whose privileges grants get.
  package let scope: String
  package let admin: String
  package let adminPassword: String

  /// - Parameter suffix: makes the names, which the whole cluster shares, this database's own.
  init(on postgres: ThrowAwayPostgres, suffix: String) async throws {
    self.postgres = postgres
    dbname = "orders_\(suffix)"
    scope = "orders_write_\(suffix)"
    // Not named like a role of a grant: every broker on the server would report it.
    admin = "broker_\(suffix)"
    adminPassword = "admin-\(UInt64.random(in: .min ... .max))-secret"
    try await execute("CREATE DATABASE \(dbname)")
    try await execute(
      """
      CREATE TABLE public.orders (id int PRIMARY KEY, customer text NOT NULL, state text NOT NULL);
      INSERT INTO public.orders
      VALUES (41, 'Ada', 'shipped'), (42, 'Grace', 'stuck'), (43, 'Edsger', 'new');
      CREATE ROLE \(scope) NOLOGIN;
      GRANT SELECT, INSERT, UPDATE, DELETE ON public.orders TO \(scope);
      CREATE ROLE \(admin) LOGIN CREATEROLE PASSWORD '\(adminPassword)';
      GRANT pg_signal_backend TO \(admin);
      GRANT CONNECT ON DATABASE \(dbname) TO \(admin)
      """, in: dbname)
  }

  /// Runs statements as the superuser.
  package func execute(_ sql: String, in dbname: String = "postgres") async throws {
    try await asSuperuser(in: dbname) { try await $0.execute(sql) }
  }

  /// The first column of what the superuser reads.
  package func column(
    _ sql: String, _ parameters: [String?] = [], in dbname: String = "postgres"
  ) async throws -> [String] {
    try await asSuperuser(in: dbname) { superuser in
      try await superuser.query(sql, parameters).map { try $0[0] ?? "NULL" }
    }
  }

  /// The roles that were made for a request, whatever they are marked with.
  package func roles(of request: String, thatCanLogIn: Bool = false) async throws -> [String] {
    try await column(
      #"""
      SELECT rolname
        FROM pg_catalog.pg_roles
       WHERE rolname LIKE 'jit\_%\_' || lower($1) AND (rolcanlogin OR NOT $2)
      """#, [request, thatCanLogIn ? "t" : "f"])
  }

  /// Until when a role may log in, as the API writes times.
  package func expiry(of role: String) async throws -> String? {
    try await column(
      #"""
      SELECT to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        FROM pg_catalog.pg_roles
       WHERE rolname = $1
      """#, [role]
    ).first
  }

  /// How many sessions the database has that are not the broker's.
  package func sessions() async throws -> Int {
    try await column(
      """
      SELECT pid
        FROM pg_catalog.pg_stat_activity
       WHERE datname = $1 AND usename IS DISTINCT FROM $2 AND backend_type = 'client backend'
      """, [dbname, admin]
    ).count
  }

  /// Logs in with what somebody was given.
  package func login(user: String, password: String) async throws(PostgresError) -> Connection {
    try await postgres.connect(user: user, password: password, dbname: dbname)
  }

  private func asSuperuser<Value: Sendable>(
    in dbname: String, _ body: (Connection) async throws -> Value
  ) async throws -> Value {
    var parameters = postgres.superuserParameters(dbname: dbname)
    // What a test looks for in the server's log must not come from the test itself.
    parameters.options = """
      -c log_statement=none -c log_min_duration_statement=-1 -c pg_stat_statements.track=none
      """
    let superuser = try await Connection.open(parameters)
    do {
      let value = try await body(superuser)
      await superuser.close()
      return value
    } catch {
      await superuser.close()
      throw error
    }
  }
}
