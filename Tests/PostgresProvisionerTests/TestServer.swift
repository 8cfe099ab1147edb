import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Synchronization

/// A server as an operator prepares it for the broker: an admin that is no superuser, a scope, a
/// table that the scope may use, and a second database.
struct TestServer: Sendable {
  let server: ThrowAwayPostgres

  static let origin = "jit.example.com/test"
  static let tag = OriginTag(origin: origin)
  /// A name that would do harm if it were not quoted.
  static let hostileScope = #"scope"; DROP ROLE bob;--"#

  /// What tests run on that do not name a version; `scripts/test` runs all of them on each.
  static var major: Int { TestedVersions.majors[0] }

  /// For all tests that leave the others' roles alone.
  static var shared: TestServer {
    get async throws { try await shared(major: major) }
  }

  /// The same, of any version; one server for each.
  static func shared(major: Int) async throws -> TestServer {
    try await started.withLock { started in
      if let task = started[major] { return task }
      let task = Task { try await TestServer.start(major: major) }
      started[major] = task
      return task
    }.value
  }

  private static let started = Mutex<[Int: Task<TestServer, any Error>]>([:])

  /// - Parameter settings: instead of those of the others.
  static func start(
    major: Int = TestServer.major, settings: [String: String] = [:]
  ) async throws -> TestServer {
    let server = try await ThrowAwayPostgres.start(
      major: major,
      settings: [
        "max_connections": "400", "max_prepared_transactions": "10", "log_statement": "all",
        "log_min_duration_statement": "0", "log_connections": "on",
      ].merging(settings) { $1 },
      preload: ["pg_stat_statements"], fsync: false)
    return try await TestServer(preparing: server)
  }

  init(preparing server: ThrowAwayPostgres) async throws {
    self.server = server
    let superuser = try await server.superuser()
    try await superuser.execute(Self.setup)
    for scope in ["app_read", "app_write", "\"scope\"\"; DROP ROLE bob;--\""]
    where server.major >= 16 {
      try await superuser.execute(
        "GRANT \(scope) TO jit_broker WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    }
    for name in ["other", "third"] { try await superuser.execute("CREATE DATABASE \(name)") }
    await superuser.close()
  }

  private static let setup = """
    CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public;
    CREATE ROLE jit_broker LOGIN CREATEROLE PASSWORD 'admin';
    GRANT pg_signal_backend TO jit_broker;
    CREATE ROLE app_read NOLOGIN;
    CREATE ROLE app_write NOLOGIN;
    CREATE ROLE bob LOGIN PASSWORD 'bob';
    CREATE ROLE "scope""; DROP ROLE bob;--" NOLOGIN;
    CREATE SCHEMA app;
    CREATE TABLE app.orders (id int);
    INSERT INTO app.orders VALUES (42);
    GRANT USAGE ON SCHEMA app TO app_read, app_write;
    GRANT CREATE ON SCHEMA app TO app_write;
    GRANT SELECT ON app.orders TO app_read;
    """

  func access(
    user: String = "jit_broker", port: Int? = nil, dbname: String = "postgres"
  ) -> DatabaseAccess {
    DatabaseAccess(
      engine: .postgresql, endpoint: Endpoint(host: "127.0.0.1", port: port ?? server.port),
      dbname: dbname, sslmode: .disable,
      admin: AdminLogin(user: user, proof: .password(CredentialName("orders-admin")!)))
  }

  func provisioner(
    tag: OriginTag = tag, connectionsMax: Int = 4,
    failpoint: @escaping FailpointHandler = { _ in }, fault: @escaping StepFaultHandler = { nil },
    testedVersions: ClosedRange<Int> = 14...18
  ) -> PostgresProvisioner {
    PostgresProvisioner(
      access: access(), passwords: { [Secret("admin")] }, tag: tag, failpoint: failpoint,
      fault: fault, connectionsMax: connectionsMax, testedVersions: testedVersions)
  }

  func provisioner(as user: String, password: String) -> PostgresProvisioner {
    PostgresProvisioner(
      access: access(user: user), passwords: { [Secret(password)] }, tag: Self.tag)
  }

  /// For a role that no other test has.
  ///
  /// - Parameter accept: by default what other tests do to the scopes that all of them share, too.
  func plan(
    _ scopes: [String] = ["app_read"], sessions: Int = 20,
    accept: Set<Danger> = [.createroleIsSuperuser, .scopeOwnsObjects, .scopeHasGrantOption]
  ) -> RolePlan {
    let random = String(UInt32.random(in: .min ... .max), radix: 16)
    return RolePlan(
      name: "jit_alice_\(random)", scopes: scopes,
      expiresAt: Timestamp("2099-01-01T00:00:00.123Z")!, sessions: sessions, accept: accept)
  }

  func login(
    _ role: CreatedRole, options: String = "", dbname: String = "postgres"
  ) async throws(PostgresError) -> Connection {
    var parameters = server.parameters(
      user: role.identity.name, password: role.secret.reveal(), dbname: dbname)
    parameters.options = options
    return try await Connection.open(parameters)
  }

  /// Lets an admin give the scope on, as from 16 on it has to be let.
  func letGive(_ scope: String, to admin: String = "jit_broker") async throws {
    guard server.major >= 16 else { return }
    try await execute("GRANT \(scope) TO \(admin) WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
  }

  /// What the superuser reads in the first column of the first row.
  func value(_ sql: String, _ parameters: [String?] = []) async throws -> String? {
    let superuser = try await server.superuser()
    let rows = try await superuser.query(sql, parameters)
    await superuser.close()
    return try rows.first?[0]
  }

  func execute(_ sql: String, dbname: String = "postgres") async throws {
    let superuser = try await server.superuser(dbname: dbname)
    try await superuser.execute(sql)
    await superuser.close()
  }

  func exists(_ role: String) async throws -> Bool {
    try await value("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]) == "1"
  }

  func sessions(of role: RoleIdentity) async throws -> Int {
    let count = try await value(
      "SELECT count(*) FROM pg_stat_activity WHERE usesysid = $1::oid", [String(role.oid)])
    return Int(count ?? "") ?? -1
  }
}
