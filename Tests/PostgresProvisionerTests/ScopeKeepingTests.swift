import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("scopes that the broker keeps")
struct ScopeKeepingTests {
  @Test(
    "a plan changes nothing; applied it gives exactly that, and a second one has nothing to do",
    arguments: TestedVersions.majors)
  func inStep(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = stage.scope(
      "write", .enter,
      PrivilegeRule(
        allow: [.select, .insert], on: .tables, schemas: ["app"], future: [stage.owner]),
      PrivilegeRule(allow: [.usage], on: .sequences, schemas: ["app"]),
      PrivilegeRule(allow: [.execute], on: .routines, schemas: ["app"], only: ["refund"]))
    let plan = try await stage.plan(scope)
    #expect(plan.obstacles == [])
    #expect(try await !stage.test.exists(scope.name))
    #expect(plan.drift.allSatisfy { $0.direction == .missing && $0.note == nil })
    #expect(plan.owners == [stage.owner])

    #expect(try await stage.apply(scope) == plan)
    let after = try await stage.plan(scope)
    #expect(after.statements == [])
    #expect(after.drift == [])
    try await stage.execute("SET ROLE \(stage.owner); CREATE TABLE app.later (id int)")
    #expect(
      try await stage.may(
        scope, "has_database_privilege(ROLE, current_database(), 'CONNECT')",
        "has_table_privilege(ROLE, 'app.orders', 'SELECT')",
        "has_table_privilege(ROLE, 'app.open_orders', 'INSERT')",
        #"has_table_privilege(ROLE, 'app."Odd ""table"', 'SELECT')"#,
        "has_table_privilege(ROLE, 'app.later', 'INSERT')",
        "has_table_privilege(ROLE, 'app.orders', 'DELETE')",
        "has_sequence_privilege(ROLE, 'app.orders_id_seq', 'USAGE')",
        "has_function_privilege(ROLE, 'app.refund(int)', 'EXECUTE')") == "tttttftt")
    // What somebody made meanwhile is covered already.
    #expect(try await stage.plan(scope).drift == [])
    await stage.close()
  }

  @Test("the statements are those that a person would write")
  func statements() async throws {
    let stage = try await ScopeStage(major: TestServer.major)
    let scope = stage.scope(
      "read", .enter, PrivilegeRule(allow: [.select], on: .tables, schemas: ["app"]),
      PrivilegeRule(
        allow: [.update, .references], on: .columns, schemas: ["app"], only: ["orders"],
        columns: ["id", "customer"]),
      PrivilegeRule(
        allow: [.select], on: .tables, schemas: ["app"], future: [stage.owner]))
    let plan = try await stage.plan(scope)
    let digits = plan.roles.last?.suffix(17) ?? ""
    let origin = TestServer.tag.prefix.split(separator: ":")[1]
    #expect(
      plan.roles == [
        "CREATE ROLE \"\(scope.name)\" NOLOGIN",
        "COMMENT ON ROLE \"\(scope.name)\" IS 'jit1-scope:\(origin):\(digits)",
      ])
    #expect(
      plan.privileges == [
        "SET ROLE \"\(stage.owner)\"",
        "GRANT CONNECT ON DATABASE \(stage.database) TO \"\(scope.name)\"",
        "GRANT USAGE ON SCHEMA app TO \"\(scope.name)\"",
        "GRANT REFERENCES (customer, id), SELECT, UPDATE (customer, id) ON TABLE app.orders "
          + "TO \"\(scope.name)\"",
        #"GRANT SELECT ON TABLE app."Odd ""table", app.open_orders TO "\#(scope.name)""#,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA \"app\" GRANT SELECT ON TABLES TO \"\(scope.name)\"",
        "RESET ROLE",
      ])
    await stage.close()
  }

  @Test(
    "what somebody took is given again, and what somebody gave is taken",
    arguments: TestedVersions.majors)
  func drift(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = stage.scope("read", .enter, .readTables)
    try await stage.apply(scope)
    try await stage.execute(
      """
      SET ROLE \(stage.owner);
      REVOKE SELECT ON app.orders FROM \(scope.name);
      GRANT DELETE ON app.orders TO \(scope.name);
      GRANT UPDATE (card) ON app.orders TO \(scope.name);
      GRANT SELECT ON app.open_orders TO \(scope.name) WITH GRANT OPTION;
      GRANT CREATE ON SCHEMA app TO \(scope.name);
      GRANT TEMPORARY ON DATABASE \(stage.database) TO \(scope.name);
      ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO \(scope.name);
      """)
    let plan = try await stage.plan(scope)
    #expect(
      Set(plan.drift.map { "\($0.direction) \($0.what)" }) == [
        "missing SELECT on TABLE app.orders", "excess DELETE on TABLE app.orders",
        "excess UPDATE (card) on TABLE app.orders",
        "excess SELECT on TABLE app.open_orders, to be handed on", "excess CREATE on SCHEMA app",
        "excess TEMPORARY on DATABASE \(stage.database)",
        "excess INSERT on future TABLES of \(stage.owner)",
      ])
    try await stage.apply(scope)
    #expect(try await stage.plan(scope).drift == [])
    #expect(
      try await stage.may(
        scope, "has_table_privilege(ROLE, 'app.orders', 'SELECT')",
        "has_table_privilege(ROLE, 'app.orders', 'DELETE')",
        "has_column_privilege(ROLE, 'app.orders', 'card', 'UPDATE')",
        "has_table_privilege(ROLE, 'app.open_orders', 'SELECT WITH GRANT OPTION')",
        "has_table_privilege(ROLE, 'app.open_orders', 'SELECT')") == "tffft")
    await stage.close()
  }

  @Test(
    "what the policy no longer names is taken from the scope, and all of it from one that is gone",
    arguments: TestedVersions.majors)
  func retired(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let narrow = PrivilegeRule(
      allow: [.select], on: .columns, schemas: ["app"], only: ["orders"], columns: ["id"])
    let both = stage.scope("read", .enter, .readTables, narrow)
    try await stage.apply(both)
    // REVOKE on the table takes the columns as well: they have to be given anew.
    try await stage.apply(stage.scope("read", .enter, narrow))
    #expect(
      try await stage.may(
        both, "has_column_privilege(ROLE, 'app.orders', 'id', 'SELECT')",
        "has_column_privilege(ROLE, 'app.orders', 'card', 'SELECT')",
        "has_table_privilege(ROLE, 'app.open_orders', 'SELECT')") == "tff")
    #expect(try await stage.plan(stage.scope("read", .enter, narrow)).statements == [])

    try await stage.apply()
    #expect(
      try await stage.may(
        both, "has_any_column_privilege(ROLE, 'app.orders', 'SELECT')",
        "has_schema_privilege(ROLE, 'app', 'USAGE')",
        "has_database_privilege(ROLE, current_database(), 'CONNECT')") == "fff")
    #expect(try await stage.plan().drift == [])
    await stage.close()
  }

  @Test(
    "privileges stay when the applier may no longer act as the owner; then it changes nothing",
    arguments: TestedVersions.majors)
  func ownerTakenBack(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = stage.scope("read", .enter, .readTables)
    try await stage.apply(scope)
    try await stage.test.execute("REVOKE \(stage.owner) FROM \(stage.applier)")
    #expect(try await stage.plan(scope).drift == [])
    #expect(
      try await stage.may(scope, "has_table_privilege(ROLE, 'app.orders', 'SELECT')") == "t")

    let plan = try await stage.plan(stage.scope("read", .readTables))
    #expect(plan.drift.count == 1)
    #expect(plan.drift.first?.note?.contains("may not act as \(stage.owner)") == true)
    #expect(plan.statements == [])
    let more = try await stage.plan(
      stage.scope(
        "read", .enter, PrivilegeRule(allow: [.insert], on: .tables, schemas: ["app"])))
    #expect(more.obstacles.count == 1)
    #expect(more.obstacles.first?.contains("INSERT on TABLE app.orders") == true)
    await stage.close()
  }

  @Test("what the policy names and the server does not have is in the way, by name")
  func obstacles() async throws {
    let stage = try await ScopeStage(major: TestServer.major)
    try await stage.execute("CREATE TABLE app.foreign_thing (id int)")
    let scope = stage.scope(
      "read", PrivilegeRule(allow: [.select], on: .tables, schemas: ["nowhere"]),
      PrivilegeRule(
        allow: [.select], on: .tables, schemas: ["app"], only: ["gone", "foreign_thing"]),
      PrivilegeRule(
        allow: [.select], on: .columns, schemas: ["app"], only: ["orders"], columns: ["nickname"]),
      PrivilegeRule(allow: [.select], on: .tables, schemas: ["app"], future: ["nobody_here"]))
    try await stage.test.execute("CREATE ROLE \(scope.name)")
    let obstacles = try await stage.plan(scope).obstacles.joined(separator: "\n")
    for words in [
      "there is a role \(scope.name) that is not the broker's", "schema nowhere",
      "app.gone, which is not one of the tables there", "the column nickname of app.orders",
      "postgres is a superuser", "there is no role nobody_here",
    ] { #expect(obstacles.contains(words), "\(words) in \(obstacles)") }
    #expect(try await stage.plan(scope).roles == [])
    await stage.close()
  }

  @Test("names do no harm", arguments: TestedVersions.majors)
  func hostileNames(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let hostile = ScopeStage.hostileSchema
    let scope = stage.scope(
      "read", PrivilegeRule(allow: [.usage], on: .schemas, schemas: [hostile]),
      PrivilegeRule(allow: [.select], on: .tables, schemas: [hostile], future: [stage.owner]))
    try await stage.apply(scope)
    #expect(try await stage.plan(scope).drift == [])
    #expect(
      try await stage.may(
        scope, #"has_table_privilege(ROLE, '"x""; DROP ROLE bob;--".t', 'SELECT')"#) == "t")
    #expect(try await stage.test.exists("bob"))
    await stage.close()
  }

  @Test("one statement that fails undoes all, and is named")
  func atomic() async throws {
    let stage = try await ScopeStage(major: TestServer.major)
    let scope = stage.scope("read", .enter, .readTables)
    let plan = try await stage.plan(scope)
    try await stage.execute("DROP VIEW app.open_orders")
    try await stage.admin.makeRoles(of: plan)
    let error = await #expect(throws: ProvisioningError.self) {
      try await stage.applying.changePrivileges(by: plan)
    }
    #expect(error?.message.contains("app.open_orders") == true)
    #expect(try await stage.may(scope, "has_schema_privilege(ROLE, 'app', 'USAGE')") == "f")
    try await stage.apply(scope)
    #expect(try await stage.plan(scope).drift == [])
    await stage.close()
  }

  @Test("what an extension brought is meant only when it is named")
  func extensions() async throws {
    let stage = try await ScopeStage(major: TestServer.major)
    try await stage.execute("CREATE EXTENSION pg_stat_statements SCHEMA app")
    #expect(try await stage.plan(stage.scope("read", .enter, .readTables)).obstacles == [])
    let named = PrivilegeRule(
      allow: [.select], on: .tables, schemas: ["app"], only: ["pg_stat_statements"])
    #expect(try await stage.plan(stage.scope("read", .enter, named)).obstacles.count == 1)
    await stage.close()
  }

  @Test("what a scope has elsewhere is told and left alone")
  func stray() async throws {
    let stage = try await ScopeStage(major: TestServer.major)
    let scope = stage.scope("read", .enter)
    try await stage.apply(scope)
    try await stage.test.execute(
      """
      GRANT app_read TO \(scope.name);
      GRANT SELECT ON app.orders TO \(scope.name)
      """)
    let plan = try await stage.plan(scope)
    #expect(plan.statements == [])
    #expect(
      plan.drift.map(\.what) == ["1 things in the database postgres", "membership in app_read"])
    #expect(plan.drift.allSatisfy { $0.note != nil })
    await stage.close()
  }

  @Test("another origin's scopes are another's")
  func otherOrigin() async throws {
    let stage = try await ScopeStage(major: TestServer.major)
    let scope = stage.scope("read", .enter)
    try await stage.apply(scope)
    let other = PostgresProvisioner(
      access: stage.access, passwords: { [Secret("admin")] },
      tag: OriginTag(origin: "jit.example.com/other"))
    #expect(try await other.plan(stage.question()).drift == [])
    let obstacles = try await other.plan(stage.question(scope)).obstacles
    #expect(obstacles.first?.contains("is not the broker's") == true)
    await other.close()
    await stage.close()
  }

  @Test("a grant gets what its kept scope holds, and loses it", arguments: TestedVersions.majors)
  func grant(major: Int) async throws {
    let stage = try await ScopeStage(major: major)
    let scope = stage.scope("read", .enter, .readTables)
    let early = await #expect(throws: ProvisioningError.self) {
      try await stage.admin.create(stage.test.plan([scope.name]))
    }
    #expect(early?.message.contains("jit admin apply") == true)
    try await stage.apply(scope)
    let role = try await stage.admin.activate(
      stage.test.plan([scope.name], accept: [.createroleIsSuperuser]))
    let session = try await stage.test.login(role, dbname: stage.database)
    #expect(try await session.query("SELECT count(*) FROM app.orders")[0][0] == "0")
    await #expect(throws: PostgresError.self) {
      try await session.execute("DELETE FROM app.orders")
    }
    expectEnded(await stage.admin.revoke(role.target([scope.name])))
    await stage.close()
  }
}
