import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("revocation of many together")
struct BatchTests {
  @Test("quiet roles end together, step by step", arguments: TestedVersions.majors)
  func quiet(major: Int) async throws {
    let test = try await TestServer.shared(major: major)
    let scope = try await test.makeScope()
    let passed = Shared<[Failpoint]>([])
    let provisioner = test.provisioner(failpoint: { point in passed.change { $0.append(point) } })
    let roles = try await provisioner.activate(40, of: test, scope)
    let revocations = await provisioner.revokeTogether(roles.map { $0.target([scope]) })
    #expect(revocations.count == 40)
    for revocation in revocations {
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 0)
    }
    #expect(
      passed.value == [
        .fenced, .scopesRevoked, .sessionsEnded, .roleDropped, .revocationVerified,
      ])
    for role in roles { #expect(try await !test.exists(role.identity.name)) }
    for again in await provisioner.revokeTogether(roles.map { $0.target([scope]) }) {
      expectEnded(again)
    }
    await provisioner.close()
  }

  @Test(
    "each role's sessions are counted for it, and are gone", arguments: TestedVersions.majors)
  func sessions(major: Int) async throws {
    let test = try await TestServer.shared(major: major)
    let scope = try await test.makeScope()
    let provisioner = test.provisioner()
    let roles = try await provisioner.activate(6, of: test, scope)
    var sessions: [Connection] = []
    for (count, role) in roles.enumerated() {
      for _ in 0..<count { sessions.append(try await test.login(role)) }
    }
    let working = sessions[4]
    let sleep = Task { try await working.query("SELECT pg_sleep(60)") }
    let revocations = await provisioner.revokeTogether(roles.map { $0.target([scope]) })
    for revocation in revocations { expectEnded(revocation) }
    #expect(revocations.map(\.sessionsEnded) == [0, 1, 2, 3, 4, 5])
    #expect(await sleep.result.isFailure)
    for session in sessions {
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
    }
    await provisioner.close()
  }

  @Test(
    "who is in the way is set aside, fenced where that went, and the others end",
    arguments: TestedVersions.majors)
  func mixed(major: Int) async throws {
    let test = try await TestServer.shared(major: major)
    let scope = try await test.makeScope()
    let provisioner = test.provisioner()
    let roles = try await provisioner.activate(7, of: test, scope)
    let (quiet, locked, preparing, owner) = (roles[0], roles[1], roles[2], roles[3])
    let (dropped, renamed, guarded) = (roles[4], roles[5], roles[6])
    let lock = try await test.server.superuser()
    try await lock.execute("BEGIN; ALTER ROLE \(locked.identity.name) CONNECTION LIMIT 3")
    let elsewhere = try await test.login(preparing, dbname: "other")
    try await elsewhere.execute("BEGIN")
    _ = try await elsewhere.query("SELECT lo_create(0)")
    try await elsewhere.execute("PREPARE TRANSACTION '\(preparing.identity.name)'")
    let inOther = try await test.login(owner, dbname: "other")
    _ = try await inOther.query("SELECT lo_create(0)")
    // Dropped by hand; then a stranger took the name.
    try await test.execute(
      """
      DROP ROLE \(dropped.identity.name);
      CREATE ROLE \(dropped.identity.name) LOGIN;
      ALTER ROLE \(renamed.identity.name) RENAME TO \(renamed.identity.name)_x;
      COMMENT ON ROLE \(renamed.identity.name)_x IS NULL;
      """)
    let unknown = RevocationTarget(
      name: guarded.identity.name, identity: nil, scopes: [scope])

    let targets = [quiet, locked, preparing, owner, dropped, renamed].map { $0.target([scope]) }
    let revocations = await provisioner.revokeTogether(targets + [unknown])
    #expect(
      revocations.map { $0.outcome == .ended } == [
        true, false, false, false, true, false, false,
      ])
    #expect(revocations.map(\.fenced) == [true, false, true, true, true, false, false])
    #expect(revocations[3].sessionsGoneAfterMs != nil)
    #expect(revocations[2].sessionsEnded == 1 && revocations[3].sessionsEnded == 1)
    #expect(try await test.exists(dropped.identity.name), "a stranger's")
    for aside in [locked, preparing, owner, guarded] {
      #expect(try await test.exists(aside.identity.name))
    }

    try await lock.execute("ROLLBACK")
    for aside in [locked.target([scope]), preparing.target([scope]), unknown] {
      expectEnded(await provisioner.revoke(aside))
    }
    await provisioner.close()
  }

  @Test("a scope that came to own something leaves its roles to attempts of their own")
  func scopeOwns() async throws {
    let test = try await TestServer.shared
    let (scope, other) = (try await test.makeScope(), try await test.makeScope())
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan([scope]))
    let quiet = try await provisioner.activate(test.plan([other]))
    try await test.execute(
      "ALTER DEFAULT PRIVILEGES FOR ROLE \(scope) GRANT SELECT ON TABLES TO PUBLIC")
    let revocations = await provisioner.revokeTogether([
      role.target([scope]), quiet.target([other]),
    ])
    #expect(revocations[0].outcome != .ended && revocations[0].sessionsGoneAfterMs != nil)
    expectEnded(revocations[1])
    await provisioner.close()
  }

  @Test("a connection that breaks in the middle leaves them fenced, and to be ended again")
  func broken() async throws {
    // On a server of its own: a login of other tests would have the held role set aside before.
    try await withTestServer { test in
      let scope = try await test.makeScope()
      let provisioner = test.provisioner()
      let roles = try await provisioner.activate(5, of: test, scope)
      let targets = roles.map { $0.target([scope]) }
      // Holds up DROP ROLE, and nothing before it.
      let lock = try await test.server.superuser()
      try await lock.execute("BEGIN; COMMENT ON ROLE \(roles[2].identity.name) IS NULL")
      // It waits half a second only: who looks for it must be there already.
      let watcher = try await test.server.superuser()
      let batch = Task { await provisioner.revokeTogether(targets) }
      try await eventually("the DROP waits, and is cut off") {
        try await watcher.query(
          """
          SELECT pg_terminate_backend(pid)
            FROM pg_stat_activity
           WHERE usename = $1 AND wait_event_type = 'Lock' AND query LIKE 'DROP ROLE%'
          """, ["jit_broker"]
        ).count == 1
      }
      await watcher.close()
      for revocation in await batch.value {
        guard case .stuck(.unreachable, _) = revocation.outcome else {
          Issue.record("\(revocation.outcome)")
          continue
        }
        #expect(revocation.fenced && revocation.sessionsGoneAfterMs != nil)
      }
      for role in roles { #expect(try await test.exists(role.identity.name)) }
      try await lock.execute("ROLLBACK")
      for revocation in await provisioner.revokeTogether(targets) { expectEnded(revocation) }
      await provisioner.close()
    }
  }
}

extension TestServer {
  /// A scope of the test's own: what others do to theirs does not touch it.
  func makeScope() async throws -> String {
    let scope = "batch_\(UInt32.random(in: .min ... .max))"
    try await execute("CREATE ROLE \(scope) NOLOGIN")
    try await letGive(scope)
    return scope
  }
}

extension PostgresProvisioner {
  fileprivate func activate(
    _ count: Int, of test: TestServer, _ scope: String
  ) async throws -> [CreatedRole] {
    var roles: [CreatedRole] = []
    for _ in 0..<count { roles.append(try await activate(test.plan([scope]))) }
    return roles
  }
}
