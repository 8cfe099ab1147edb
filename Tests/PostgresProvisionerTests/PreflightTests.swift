import AccessCore
import AccessTesting
import PostgresClient
import Testing

@testable import PostgresProvisioner

@Suite("preflight")
struct PreflightTests {
  @Test("the SQL that it prints makes an admin on which it finds nothing to mend")
  func leastAdmin() async throws {
    try await withTestServer { test in
      try await test.execute(
        """
        CREATE ROLE plain_read NOLOGIN;
        CREATE ROLE "owner ""o" NOLOGIN;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        """)
      for database in ["postgres", "template1", "other", "third"] {
        try await test.execute("REVOKE CONNECT, TEMPORARY ON DATABASE \(database) FROM PUBLIC")
      }
      try await test.execute("GRANT CONNECT ON DATABASE postgres TO plain_read")
      let question = question(
        "least \"admin", scopes: ["plain_read"], owners: ["owner \"o"],
        accept: [.createroleIsSuperuser, .actsAsOwner])
      let asSuperuser = test.provisioner(as: "postgres", password: test.server.superuserPassword)
      let printed = try await asSuperuser.preflight(question).leastAdmin
      await asSuperuser.close()
      for statement in printed where !statement.hasPrefix("--") {
        try await test.execute(statement)
      }
      try await test.execute(#"ALTER ROLE "least ""admin" PASSWORD 'secret'"#)

      let admin = test.provisioner(as: "least \"admin", password: "secret")
      let report = try await admin.preflight(question)
      #expect(report.refusing == [])
      let odd = report.checks.filter { $0.verdict != .ok }.map(\.name)
      // The test's own settings have prepared transactions, for others.
      let found =
        TestServer.major < 16
        ? ["createrole-is-superuser", "reserved-connections", "scopes-can-be-changed"]
        : ["reserved-connections"]
      #expect(odd == found + ["acts-as-owner", "prepared-transactions"])

      let role = try await admin.activate(
        test.plan(["plain_read"], accept: [.createroleIsSuperuser]))
      expectEnded(await admin.revoke(role.target(["plain_read"])))
      await admin.close()
    }
  }

  @Test("what is wrong is named, with the SQL that mends it, and refuses access")
  func mends() async throws {
    try await withTestServer { test in
      try await test.execute(
        """
        CREATE ROLE bad_scope LOGIN;
        GRANT pg_write_server_files TO bad_scope;
        CREATE ROLE owning_scope NOLOGIN;
        CREATE ROLE giving_scope NOLOGIN;
        CREATE TABLE app.owned ();
        ALTER TABLE app.owned OWNER TO owning_scope;
        GRANT SELECT ON app.orders TO giving_scope WITH GRANT OPTION;
        GRANT app_read TO giving_scope WITH ADMIN OPTION;
        ALTER ROLE jit_broker NOCREATEROLE;
        REVOKE pg_signal_backend FROM jit_broker;
        """)
      let scopes = ["bad_scope", "owning_scope", "giving_scope"]
      let provisioner = test.provisioner()
      let before = try await provisioner.preflight(question(scopes: scopes + ["missing_scope"]))
      let dangers = ["scope-is-dangerous", "scope-owns-objects", "scope-has-grant-option"]
      let missing = ["may-create-roles", "may-end-sessions", "scopes-exist"]
      #expect(
        Set(before.refusing.map(\.name)).isSuperset(of: dangers + missing))
      let found = before.checks.map(\.found).joined(separator: "\n")
      for words in [
        "bad_scope is LOGIN", "bad_scope is a member of pg_write_server_files",
        "owning_scope owns something", "giving_scope may hand on SELECT on TABLE app.orders",
        "giving_scope may hand on ADMIN on ROLE app_read", "there is no missing_scope",
      ] { #expect(found.contains(words)) }

      for check in before.checks {
        for statement in check.sql where !statement.hasPrefix("--") {
          if statement.hasPrefix("ALTER SYSTEM") { continue }
          try await test.execute(statement)
        }
      }
      try await test.execute(
        """
        DROP TABLE app.owned;
        REVOKE GRANT OPTION FOR SELECT ON app.orders FROM giving_scope;
        REVOKE ADMIN OPTION FOR app_read FROM giving_scope;
        """)
      let after = try await provisioner.preflight(
        question(scopes: scopes + ["missing_scope"], accept: [.createroleIsSuperuser]))
      #expect(after.refusing == [])
      await provisioner.close()
    }
  }

  @Test("a version that nobody has tried is refused by its name, and what is live on it ends")
  func untested() async throws {
    let test = try await TestServer.shared
    let today = test.provisioner()
    let roles = [
      try await today.activate(test.plan()), try await today.activate(test.plan()),
    ]
    await today.close()
    let next = TestServer.major + 1
    let provisioner = test.provisioner(testedVersions: next...next)
    let report = try await provisioner.preflight(question(accept: [.createroleIsSuperuser]))
    #expect(report.refusing.map(\.name).contains("untested-version"))
    let refused = await #expect(throws: ProvisioningError.self) {
      try await provisioner.create(test.plan())
    }
    #expect(refused?.kind == .dangerous)
    #expect(refused?.message.contains("untested-version: nobody has tried PostgreSQL") == true)

    expectEnded(await provisioner.revoke(roles[0].target()))
    for revocation in await provisioner.revokeTogether([roles[1].target()]) {
      expectEnded(revocation)
    }
    let accepted = try await provisioner.activate(
      test.plan(
        accept: [
          .createroleIsSuperuser, .scopeOwnsObjects, .scopeHasGrantOption, .untestedVersion,
        ]))
    expectEnded(await provisioner.revoke(accepted.target()))
    await provisioner.close()
  }

  @Test("a version that is newer than all that are known is spoken to like the newest")
  func future() {
    let (newest, future) = (Dialect(serverVersion: 180_000), Dialect(serverVersion: 190_002))
    #expect(newest.hasMembershipOptions == future.hasMembershipOptions)
    #expect(newest.hasMaintain == future.hasMaintain)
    #expect(newest.hasSettings(of: future))
    #expect(newest.danger(tested: 14...18) == nil)
    #expect(future.danger(tested: 14...18)?.danger == .untestedVersion)
  }

  @Test("a danger that is not accepted refuses activation by its name, and accepted it does not")
  func refuses() async throws {
    let test = try await TestServer.shared
    let scope = "giving_\(UInt32.random(in: .min ... .max))"
    try await test.execute(
      """
      CREATE ROLE \(scope) NOLOGIN;
      GRANT SELECT ON app.orders TO \(scope) WITH GRANT OPTION;
      """)
    if TestServer.major >= 16 {
      try await test.execute("GRANT \(scope) TO jit_broker WITH ADMIN TRUE")
    }
    let provisioner = test.provisioner()
    let plan = test.plan([scope], accept: [.createroleIsSuperuser])
    let error = await #expect(throws: ProvisioningError.self) { try await provisioner.create(plan) }
    #expect(error?.kind == .dangerous)
    #expect(error?.message.contains("scope-has-grant-option") == true)
    #expect(try await !test.exists(plan.name))

    let role = try await provisioner.activate(
      test.plan([scope], accept: [.createroleIsSuperuser, .scopeHasGrantOption]))
    expectEnded(await provisioner.revoke(role.target([scope])))
    await provisioner.close()
  }

  @Test("a login that is every other role has to be accepted, on any version that has it")
  func superuser() async throws {
    let test = try await TestServer.shared
    for (user, password) in [
      ("postgres", test.server.superuserPassword), ("jit_broker", "admin"),
    ] {
      let provisioner = test.provisioner(as: user, password: password)
      let plan = test.plan(accept: [.scopeOwnsObjects, .scopeHasGrantOption])
      if user == "jit_broker" && TestServer.major >= 16 {
        _ = try await provisioner.preview(plan)
      } else {
        let error = await #expect(throws: ProvisioningError.self) {
          try await provisioner.preview(plan)
        }
        #expect(error?.kind == .dangerous)
        #expect(error?.message.contains("createrole-is-superuser") == true)
      }
      await provisioner.close()
    }
  }

  @Test("a scope that shuts its people out is told, with the SQL that lets them in")
  func shutOut() async throws {
    try await withTestServer { test in
      try await test.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
      try await test.execute("GRANT CONNECT ON DATABASE postgres TO jit_broker")
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan(accept: [.createroleIsSuperuser]))
      await #expect(throws: PostgresError.self) { try await test.login(role) }

      func check() async throws -> PreflightCheck {
        let checks = try await provisioner.preflight(question()).checks
        return try #require(checks.first { $0.name == "scopes-connect" })
      }
      let before = try await check()
      #expect(before.verdict == .warning)
      #expect(before.found == "nobody connects by role")
      #expect(before.sql == [#"GRANT CONNECT ON DATABASE "postgres" TO "app_read""#])
      for statement in before.sql { try await test.execute(statement) }
      #expect(try await check().verdict == .ok)
      await (try await test.login(role)).close()
      expectEnded(await provisioner.revoke(role.target()))
      await provisioner.close()
    }
  }

  @Test("of the scopes of a role one has to let people in, and from 16 on an owner does not")
  func ways() async throws {
    try await withTestServer { test in
      try await test.execute(
        """
        REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
        CREATE ROLE an_owner NOLOGIN;
        GRANT CONNECT ON DATABASE postgres TO jit_broker, app_read, an_owner;
        """)
      let provisioner = test.provisioner()
      let ways = [
        (PostgresScope(memberOf: ["app_read", "app_write"]), true),
        (PostgresScope(memberOf: ["app_write"]), false),
        (PostgresScope(memberOf: ["app_read"], actsAs: "an_owner"), true),
        (PostgresScope(actsAs: "an_owner"), TestServer.major < 16),
      ]
      for (scope, connects) in ways {
        let question = PreflightQuestion(
          admin: AdminLogin(user: "jit_broker", proof: .peer),
          roles: [Role(name: RoleName("role")!, postgresql: scope)], clock: currentTime)
        let checks = try await provisioner.preflight(question).checks
        let check = try #require(checks.first { $0.name == "scopes-connect" })
        #expect((check.verdict == .ok) == connects, "\(scope)")
      }
      await provisioner.close()
    }
  }

  @Test("an owner that could come back by itself is as dangerous as such a scope")
  func dangerousOwner() async throws {
    let test = try await TestServer.shared
    let owner = "owner_\(UInt32.random(in: .min ... .max))"
    try await test.execute("CREATE ROLE \(owner) LOGIN; GRANT pg_read_server_files TO \(owner)")
    let provisioner = test.provisioner()
    let question = question(owners: [owner, "\(owner)_missing"], accept: [.actsAsOwner])
    let report = try await provisioner.preflight(question)
    let refusing = Set(report.refusing.map(\.name))
    #expect(refusing.isSuperset(of: ["scope-is-dangerous", "scopes-exist"]))
    #expect(refusing.contains("scopes-can-be-given") == (TestServer.major >= 16))
    let found = report.checks.map(\.found).joined(separator: "\n")
    #expect(found.contains("the owner \(owner) is LOGIN"))
    #expect(found.contains("the owner \(owner) is a member of pg_read_server_files"))
    #expect(found.contains("there is no \(owner)_missing"))
    await provisioner.close()
  }

  @Test("a clock that is off is told, and how far")
  func clock() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    for (offset, verdict) in [(0, PreflightCheck.Verdict.ok), (-90_000, .warning)] {
      let question = question(clock: {
        Timestamp(milliseconds: currentTime().milliseconds + Int64(offset))
      })
      let check = try #require(
        try await provisioner.preflight(question).checks.first { $0.name == "clock" })
      #expect(check.verdict == verdict, "\(check.found)")
    }
    await provisioner.close()
  }

  @Test(
    "a connection without TLS to another host has to be accepted",
    arguments: [
      ("127.0.0.1", "prefer", false), ("127.9.9.9", "disable", false),
      ("localhost", "allow", false),
      ("/tmp", "disable", false), ("db1.internal", "prefer", true), ("10.0.0.1", "disable", true),
      ("127.0.0.1.evil.example", "disable", true), ("db1.internal", "require", false),
    ])
  func plain(host: String, sslmode: String, isDanger: Bool) throws {
    let access = DatabaseAccess(
      engine: .postgresql, endpoint: Endpoint(host: host, port: 5432), dbname: "orders",
      sslmode: try #require(TLSMode(rawValue: sslmode)),
      admin: AdminLogin(user: "jit_broker", proof: .peer))
    #expect((access.plainConnection != nil) == isDanger)
  }

  private func question(
    _ admin: String = "jit_broker", scopes: [String] = ["app_read"], owners: [String] = [],
    accept: Set<Danger> = [], clock: @escaping @Sendable () -> Timestamp = currentTime
  ) -> PreflightQuestion {
    let roles =
      [PostgresScope(memberOf: scopes)]
      + owners.map { PostgresScope(memberOf: scopes, actsAs: $0) }
    return PreflightQuestion(
      admin: AdminLogin(user: admin, proof: .password(CredentialName("orders-admin")!)),
      roles: roles.map { Role(name: RoleName("role")!, postgresql: $0) }, accept: accept,
      clock: clock)
  }
}
