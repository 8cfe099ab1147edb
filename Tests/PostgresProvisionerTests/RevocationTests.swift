import AccessCore
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("revocation")
struct RevocationTests {
  @Test("a grant that nobody uses ends at once, step by step")
  func quiet() async throws {
    let test = try await TestServer.shared
    let passed = Shared<[Failpoint]>([])
    let provisioner = test.provisioner(failpoint: { point in passed.change { $0.append(point) } })
    let role = try await provisioner.activate(test.plan())
    let revocation = await provisioner.revoke(role.target())
    expectEnded(revocation)
    #expect(revocation.sessionsEnded == 0)
    #expect(try await !test.exists(role.identity.name))
    #expect(
      passed.value == [
        .fenced, .scopesRevoked, .sessionsEnded, .roleDropped, .revocationVerified,
      ])
    await provisioner.close()
  }

  @Test("a second revocation finds nothing to do")
  func twice() async throws {
    // What starts on the server while the role is gone is ended, whoever it is: so nobody else is here.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let session = try await test.login(role)
      #expect(await provisioner.revoke(role.target()).sessionsEnded == 1)
      let second = await provisioner.revoke(role.target())
      expectEnded(second)
      #expect(second.sessionsEnded == 0)
      await session.close()
      await provisioner.close()
    }
  }

  @Test("open, working, idle and disguised sessions end")
  func sessions() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    var sessions: [Connection] = []
    for _ in 0..<4 { sessions.append(try await test.login(role)) }
    let (inTransaction, disguised, working) = (sessions[1], sessions[2], sessions[3])
    try await inTransaction.execute("BEGIN")
    _ = try await inTransaction.query("SELECT id FROM app.orders")
    // From 16 on the holder cannot become the scope.
    if TestServer.major < 16 { try await disguised.execute("SET ROLE app_read") }
    let sleep = Task { try await working.query("SELECT pg_sleep(60)") }
    try await eventually("the query runs") {
      try await test.value(
        """
        SELECT 1 FROM pg_stat_activity
         WHERE usesysid = $1::oid AND query LIKE '%pg_sleep%' AND state = 'active'
        """, [String(role.identity.oid)]) == "1"
    }

    let revocation = await provisioner.revoke(role.target())
    expectEnded(revocation)
    #expect(revocation.sessionsEnded == 4)
    #expect(try await test.sessions(of: role.identity) == 0)
    #expect(await sleep.result.isFailure)
    for session in sessions {
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
    }
    await provisioner.close()
  }

  @Test("a role that the broker made and then forgot about is found by name and tag")
  func unknownIdentity() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.create(test.plan())
    let target = RevocationTarget(
      name: role.identity.name, identity: nil, scopes: ["app_read"])
    expectEnded(await provisioner.revoke(target))
    #expect(try await !test.exists(role.identity.name))
    expectEnded(await provisioner.revoke(target))
    await provisioner.close()
  }

  @Test("a role that was renamed, or lost its comment, is still ended")
  func changedByAnAdmin() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let renamed = try await provisioner.activate(test.plan())
    try await test.execute(
      "ALTER ROLE \(renamed.identity.name) RENAME TO \(renamed.identity.name)x")
    expectEnded(await provisioner.revoke(renamed.target()))
    #expect(try await !test.exists("\(renamed.identity.name)x"))

    let bare = try await provisioner.activate(test.plan())
    try await test.execute("COMMENT ON ROLE \(bare.identity.name) IS NULL")
    expectEnded(await provisioner.revoke(bare.target()))
    #expect(try await !test.exists(bare.identity.name))
    await provisioner.close()
  }

  @Test("what a role owns keeps it: stuck, with a list, and fenced")
  func residue() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    let oid = String(role.identity.oid)
    let object = try await session.query("SELECT lo_create(0)")[0][0]
    let elsewhere = try await test.login(role, dbname: "other")
    _ = try await elsewhere.query("SELECT lo_create(0)")

    let revocation = await provisioner.revoke(role.target())
    guard case .stuck(.residue, _) = revocation.outcome else {
      Issue.record("\(revocation.outcome)")
      return
    }
    #expect(revocation.fenced)
    #expect(revocation.sessionsGoneAfterMs != nil)
    #expect(revocation.sessionsEnded == 2)
    #expect(
      revocation.residue == [
        Residue(
          database: "postgres", kind: "large object", name: object ?? "",
          note: "owned by the role"),
        Residue(
          database: "other", kind: "object", name: "1 object",
          note: "connect to other to see what it is"),
      ])
    await #expect(throws: PostgresError.self) { try await test.login(role) }
    #expect(
      try await test.value("SELECT rolcanlogin FROM pg_roles WHERE oid = $1::oid", [oid]) == "f")
    #expect(
      try await test.value(
        """
        SELECT string_agg(roleid::regrole::text, ' ') FROM pg_auth_members WHERE member = $1::oid
        """, [oid]) == "jit_grants")

    try await test.execute("DROP OWNED BY \(role.identity.name)")
    try await test.execute("DROP OWNED BY \(role.identity.name)", dbname: "other")
    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()
  }

  @Test("a hundred grants end at the same time")
  func hundred() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    var roles: [CreatedRole] = []
    for _ in 0..<100 { roles.append(try await provisioner.activate(test.plan())) }
    let sessions = try await test.login(roles[7])
    await withTaskGroup(of: Revocation.self) { group in
      for role in roles { group.addTask { await provisioner.revoke(role.target()) } }
      for await revocation in group { expectEnded(revocation) }
    }
    await #expect(throws: PostgresError.self) { try await sessions.query("SELECT 1") }
    await provisioner.close()
  }
}

extension Result {
  var isFailure: Bool {
    switch self {
    case .success: false
    case .failure: true
    }
  }
}
