import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("the dead man's switch")
struct ReapTests {
  /// An origin that no other test has, so that nobody else's role is overdue here.
  private let tag = OriginTag(origin: "jit.example.com/reap-\(UInt64.random(in: .min ... .max))")

  private func expire(_ role: CreatedRole, _ test: TestServer) async throws {
    try await test.execute("ALTER ROLE \(role.identity.name) VALID UNTIL '2001-01-01'")
  }

  @Test("an overdue role loses LOGIN, scopes and sessions, and stays for the broker to finish")
  func overdue() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner(tag: tag)
    let role = try await provisioner.activate(test.plan())
    let sessions = [try await test.login(role), try await test.login(role, dbname: "other")]
    #expect(try await provisioner.overdue() == [])
    try await expire(role, test)
    #expect(try await provisioner.overdue() == [role.identity])

    #expect(await provisioner.cutOff(role.identity) == CutOff(.done, sessionsEnded: 2))
    #expect(try await test.sessions(of: role.identity) == 0)
    let name = role.identity.name
    #expect(try await test.exists(name))
    #expect(
      try await test.value(
        """
        SELECT string_agg(r.rolname, ' ') FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
         WHERE m.member = $1::regrole
        """, [name]) == "jit_grants")
    #expect(
      try await provisioner.census(expecting: []).fenced.contains(role.identity), "as by a fence")

    #expect(await provisioner.cutOff(role.identity) == CutOff(.done), "once more finds nothing")
    expectEnded(await provisioner.revoke(role.target()))
    #expect(try await provisioner.overdue() == [])
    for session in sessions { await session.close() }
    await provisioner.close()
  }

  @Test("a fence that was broken off is taken up: its sessions end")
  func fenced() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner(tag: tag)
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    try await test.execute(
      """
      ALTER ROLE \(role.identity.name)
        NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity'
      """)
    #expect(try await provisioner.overdue() == [role.identity])
    #expect(await provisioner.cutOff(role.identity) == CutOff(.done, sessionsEnded: 1))
    expectEnded(await provisioner.revoke(role.target()))
    await session.close()
    await provisioner.close()
  }

  @Test("a role whose time was moved meanwhile is left alone, with its sessions")
  func extended() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner(tag: tag)
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    try await expire(role, test)
    #expect(try await provisioner.overdue() == [role.identity])
    try await test.execute("ALTER ROLE \(role.identity.name) VALID UNTIL '2099-01-01'")
    #expect(await provisioner.cutOff(role.identity) == CutOff(.notOverdue))
    #expect(try await session.query("SELECT 1").count == 1)
    expectEnded(await provisioner.revoke(role.target()))
    #expect(await provisioner.cutOff(role.identity) == CutOff(.notOverdue), "nor one that is gone")
    await session.close()
    await provisioner.close()
  }

  @Test(
    "only roles with marker and tag of this origin, of whatever epoch, are overdue",
    arguments: [
      ("IN ROLE jit_grants VALID UNTIL '2001-01-01'", "TAG1", true),
      ("IN ROLE jit_grants VALID UNTIL '2001-01-01'", "TAG1#7", true),
      ("IN ROLE jit_grants VALID UNTIL '-infinity'", "TAG1", true),
      ("IN ROLE jit_grants VALID UNTIL '2099-01-01'", "TAG1", false),
      ("IN ROLE jit_grants VALID UNTIL 'infinity'", "TAG1", false),
      ("IN ROLE jit_grants", "TAG1", false),
      ("IN ROLE jit_grants VALID UNTIL '2001-01-01'", "jit1:0123456789abcdef:1", false),
      ("IN ROLE jit_grants VALID UNTIL '2001-01-01'", "made by hand", false),
      ("VALID UNTIL '2001-01-01'", "TAG1", false),
    ])
  func whose(options: String, comment: String, isOverdue: Bool) async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner(tag: tag)
    let maker = try await provisioner.create(test.plan()).identity.name
    let name = test.plan().name
    try await test.execute(
      """
      CREATE ROLE \(name) LOGIN \(options);
      COMMENT ON ROLE \(name) IS '\(comment.replacing("TAG", with: tag.prefix))'
      """)
    #expect(try await provisioner.overdue().map(\.name) == (isOverdue ? [name] : []))
    let oid = try #require(
      UInt32(try await test.value("SELECT $1::regrole::oid", [name]) ?? "none"))
    let identity = RoleIdentity(
      name: name, oid: oid,
      systemIdentifier: try await provisioner.census(expecting: [])
        .systemIdentifier)
    if !isOverdue {
      #expect(await provisioner.cutOff(identity) == CutOff(.notOverdue))
      #expect(
        try await test.value("SELECT rolcanlogin FROM pg_roles WHERE oid = $1::oid", [String(oid)])
          == "t")
    }
    try await test.execute("DROP ROLE \(name); DROP ROLE \(maker)")
    await provisioner.close()
  }

  @Test("beside a revocation and beside itself it does no harm, and all come to their ends")
  func beside() async throws {
    let test = try await TestServer.shared
    let (broker, one, two) = (
      test.provisioner(tag: tag), test.provisioner(tag: tag), test.provisioner(tag: tag)
    )
    for _ in 0..<5 {
      let role = try await broker.activate(test.plan())
      let session = try await test.login(role)
      try await expire(role, test)
      async let first = one.cutOff(role.identity)
      async let second = two.cutOff(role.identity)
      var revocation = await broker.revoke(role.target())
      // Two that change one role at a time can be in each other's way; the loop tries again.
      while revocation.outcome != .ended { revocation = await broker.revoke(role.target()) }
      _ = await (first, second)
      #expect(try await !test.exists(role.identity.name))
      await session.close()
    }
    for provisioner in [broker, one, two] { await provisioner.close() }
  }

  @Test("a role that is dropped while its login starts leaves no membership behind")
  func dropped() async throws {
    // On a server of its own: revocations of other tests would look at the login, too.
    try await withTestServer { test in
      let provisioner = test.provisioner(tag: tag)
      let role = try await provisioner.activate(test.plan())
      // Until it is ended: far longer than all of this takes.
      let login = Task { try await test.login(role, options: "-c post_auth_delay=600") }
      try await test.waitUntilLoginSleeps(role.identity.name)
      let name = role.identity.name
      try await test.execute(
        """
        ALTER ROLE \(name) NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity';
        REVOKE app_read FROM \(name) GRANTED BY jit_broker
        """)
      let dropping = try await test.server.superuser(dbname: "postgres")
      try await dropping.execute("BEGIN; DROP ROLE \(name)")
      // Up to 15 it can ask whose the login is beside the drop; from 16 on that would have to wait.
      let cutOff = await provisioner.cutOff(role.identity)
      try await dropping.execute("COMMIT")
      switch cutOff.outcome {
      case .done: #expect(cutOff.sessionsEnded == 1)
      case .failed(let why): #expect(why.contains("55P03"))
      case .notOverdue: Issue.record("it was overdue")
      }
      let oid = String(role.identity.oid)
      #expect(
        try await test.value(
          "SELECT count(*) FROM pg_auth_members WHERE $1::oid IN (roleid, member)", [oid]) == "0")
      expectEnded(await provisioner.revoke(role.target()))
      await #expect(throws: PostgresError.self) { try await login.value.query("SELECT 1") }
      await dropping.close()
      await provisioner.close()
    }
  }

  @Test("a holder that holds its own role's row cannot keep its session")
  func hostile() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner(tag: tag)
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    let other = try await test.login(role, dbname: "other")
    try await other.execute("BEGIN")
    try await expire(role, test)
    try await session.execute("BEGIN")
    try await session.execute("ALTER ROLE \(role.identity.name) PASSWORD 'mine'")
    #expect(await provisioner.cutOff(role.identity) == CutOff(.done, sessionsEnded: 2))
    #expect(try await test.sessions(of: role.identity) == 0)
    expectEnded(await provisioner.revoke(role.target()))
    for session in [session, other] { await session.close() }
    await provisioner.close()
  }
}
