import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner

/// A database of its own, whose application has an owner, and the two logins that keep scopes in
/// step there. Nobody connects without a grant of CONNECT.
struct ScopeStage: Sendable {
  let test: TestServer
  let suffix = String(UInt32.random(in: .min ... .max), radix: 16)
  let access: DatabaseAccess
  let admin: PostgresProvisioner
  let applying: PostgresProvisioner
  var database: String { "orders_\(suffix)" }
  var owner: String { "owner_\(suffix)" }
  var applier: String { "apply_\(suffix)" }

  static let hostileSchema = #"x"; DROP ROLE bob;--"#

  init(major: Int, tag: OriginTag = TestServer.tag) async throws {
    test = try await TestServer.shared(major: major)
    let server = test
    let (dbname, login) = ("orders_\(suffix)", "apply_\(suffix)")
    access = server.access(user: "jit_broker", dbname: dbname)
    admin = PostgresProvisioner(access: access, passwords: { [Secret("admin")] }, tag: tag)
    applying = PostgresProvisioner(
      access: server.access(user: login, dbname: dbname), passwords: { [Secret("apply")] }, tag: tag
    )
    try await prepare()
  }

  private func prepare() async throws {
    let (sets, gives) =
      test.server.major >= 16
      ? (
        " WITH INHERIT FALSE, SET TRUE",
        "GRANT \(owner) TO jit_broker WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
      ) : ("", "SELECT")
    try await test.execute(
      """
      CREATE ROLE \(owner) NOLOGIN;
      CREATE ROLE \(applier) LOGIN NOINHERIT PASSWORD 'apply';
      GRANT \(owner) TO \(applier)\(sets);
      \(gives)
      """)
    try await test.execute("CREATE DATABASE \(database) OWNER \(owner)")
    try await execute(
      """
      REVOKE CONNECT, TEMPORARY ON DATABASE \(database) FROM PUBLIC;
      GRANT CONNECT ON DATABASE \(database) TO jit_broker, \(applier);
      CREATE SCHEMA app AUTHORIZATION \(owner);
      CREATE SCHEMA "x""; DROP ROLE bob;--" AUTHORIZATION \(owner);
      SET ROLE \(owner);
      CREATE TABLE app.orders (id serial PRIMARY KEY, customer text, card text);
      CREATE VIEW app.open_orders AS SELECT id FROM app.orders;
      CREATE TABLE app."Odd ""table" (id int);
      CREATE TABLE "x""; DROP ROLE bob;--".t (id int);
      CREATE FUNCTION app.refund(id int) RETURNS int LANGUAGE sql AS 'SELECT id';
      CREATE FUNCTION app.refund(id text) RETURNS int LANGUAGE sql AS 'SELECT 1';
      REVOKE EXECUTE ON FUNCTION app.refund(int) FROM PUBLIC;
      """)
  }

  func close() async {
    await admin.close()
    await applying.close()
  }

  func execute(_ sql: String) async throws { try await test.execute(sql, dbname: database) }

  /// What the superuser reads in the first column of the first row.
  func value(_ sql: String, _ parameters: [String?] = []) async throws -> String? {
    let superuser = try await test.server.superuser(dbname: database)
    let rows = try await superuser.query(sql, parameters)
    await superuser.close()
    return try rows.first?[0]
  }

  /// The scope of a role, as any policy might name it.
  func scope(_ role: String = "write", _ rules: PrivilegeRule...) -> KeptScope {
    KeptScope(name: "jitscope_\(role)_\(suffix)", role: RoleName(role)!, rules: rules)
  }

  func question(_ scopes: KeptScope..., applier: Bool = true) -> ScopeQuestion {
    ScopeQuestion(
      database: DatabaseUID("db-\(suffix)")!, scopes: scopes,
      applier: applier ? self.applier : nil)
  }

  func plan(_ scopes: KeptScope...) async throws(ProvisioningError) -> ScopePlan {
    try await admin.plan(
      ScopeQuestion(
        database: DatabaseUID("db-\(suffix)")!, scopes: scopes, applier: applier))
  }

  /// As the broker does it; the plan that was carried out.
  @discardableResult
  func apply(_ scopes: KeptScope...) async throws(ProvisioningError) -> ScopePlan {
    let plan = try await admin.plan(
      ScopeQuestion(
        database: DatabaseUID("db-\(suffix)")!, scopes: scopes, applier: applier))
    try await admin.makeRoles(of: plan)
    try await applying.changePrivileges(by: plan)
    return plan
  }

  /// `t` or `f`, for each of the questions.
  func may(_ scope: KeptScope, _ questions: String...) async throws -> String {
    let answers = questions.map { "\($0.replacing("(ROLE,", with: "('\(scope.name)',"))" }
    return try await value("SELECT concat(\(answers.joined(separator: ", ")))") ?? ""
  }
}

extension PrivilegeRule {
  static let enter = PrivilegeRule(allow: [.usage], on: .schemas, schemas: ["app"])
  static let readTables = PrivilegeRule(allow: [.select], on: .tables, schemas: ["app"])
}
