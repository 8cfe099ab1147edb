import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// Holders who do not want to go.
@Suite("hostile holders")
struct HostileHolderTests {
  @Test("clients that reconnect without end are kept out")
  func reconnecting() async throws {
    try await revoke(against: 10) { connection, _ in _ = try await connection.query("SELECT 1") }
  }

  @Test("clients that change their own role in a loop cannot hold up the fence")
  func alteringThemselves() async throws {
    try await revoke(against: 8) { connection, role in
      let sql = "ALTER ROLE \(role.identity.name) PASSWORD '\(role.secret.reveal())'"
      for _ in 0..<50 { try await connection.execute(sql) }
    }
  }

  @Test("an open transaction that holds the role's row is ended")
  func heldRow() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    try await session.execute("BEGIN")
    try await session.execute("ALTER ROLE \(role.identity.name) PASSWORD 'mine'")
    let revocation = await provisioner.revoke(role.target())
    expectEnded(revocation)
    #expect(revocation.sessionsEnded == 1)
    await provisioner.close()
  }

  @Test("prepared transactions are rolled back where they were prepared")
  func prepared() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let name = role.identity.name
    let holdsRow = try await test.login(role)
    try await holdsRow.execute("BEGIN")
    try await holdsRow.execute("ALTER ROLE \(name) PASSWORD 'mine'")
    try await holdsRow.execute("PREPARE TRANSACTION '\(name)''s row'")
    let elsewhere = try await test.login(role, dbname: "other")
    try await elsewhere.execute("BEGIN")
    _ = try await elsewhere.query("SELECT lo_create(0)")
    try await elsewhere.execute("PREPARE TRANSACTION '\(name) elsewhere'")

    let revocation = await provisioner.revoke(role.target())
    expectEnded(revocation)
    #expect(revocation.preparedRolledBack == 2)
    #expect(
      try await test.value(
        "SELECT count(*) FROM pg_prepared_xacts WHERE gid LIKE $1", ["\(name)%"]) == "0")
    await provisioner.close()
  }

  @Test(
    "a transaction that was prepared as the scope is rolled back, too",
    .enabled(if: TestServer.major < 16, "from 16 on the holder cannot become the scope"))
  func preparedAsScope() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let scope = "prepared_\(UInt32.random(in: .min ... .max))"
    try await test.execute("CREATE ROLE \(scope); GRANT USAGE, CREATE ON SCHEMA app TO \(scope)")
    let role = try await provisioner.activate(test.plan([scope]))
    let session = try await test.login(role)
    try await session.execute("SET ROLE \(scope)")
    try await session.execute("BEGIN")
    try await session.execute("CREATE TABLE app.\(role.identity.name) ()")
    try await session.execute("PREPARE TRANSACTION '\(role.identity.name)'")
    let revocation = await provisioner.revoke(role.target([scope]))
    expectEnded(revocation)
    #expect(revocation.preparedRolledBack == 1)
    #expect(
      try await test.value("SELECT pg_has_role('jit_broker', $1::name, 'MEMBER')", [scope]) == "f")
    await provisioner.close()
  }

  @Test("a login that sleeps between its check and its session is ended before it wakes")
  func sleepingLogin() async throws {
    // On a server of its own: revocations of other tests would look at the login, too.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let login = Task { try await test.login(role, options: "-c post_auth_delay=4") }
      try await test.waitUntilLoginSleeps(role.identity.name)
      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 1)
      // The server may still have told the client that it is in, and ended it with that.
      let late = await #expect(throws: PostgresError.self) {
        try await login.value.query("SELECT id FROM app.orders")
      }
      #expect(late?.kind == .unreachable)
      #expect(try await test.sessions(of: role.identity) == 0)
      await provisioner.close()
    }
  }

  @Test("another role's login that sleeps is left alone, and delays nothing")
  func anothersSleepingLogin() async throws {
    // On a server of its own: revocations of other tests would look at the login, too.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let other = "slow_\(UInt32.random(in: .min ... .max))"
      try await test.execute("CREATE ROLE \(other) LOGIN PASSWORD 'slow'")
      var parameters = test.server.parameters(user: other, password: "slow")
      // Far longer than a revocation takes. Nobody waits for its end.
      parameters.options = "-c post_auth_delay=600"
      let login = Task { [parameters] in try await Connection.open(parameters) }
      try await test.waitUntilLoginSleeps(other)
      let sleeper = try #require(try await test.startingBackend(of: other))
      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 0)
      #expect(try await test.startingBackend(of: other) == sleeper)
      try await test.execute("SELECT pg_terminate_backend(\(sleeper))")
      await #expect(throws: PostgresError.self) { try await login.value.query("SELECT 1") }
      await provisioner.close()
    }
  }

  @Test(
    "whom the holder let in is thrown out",
    .enabled(if: TestServer.major < 15, "from 15 on the holder cannot let anybody in"))
  func guests() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let session = try await test.login(role)
    try await session.execute("GRANT \(role.identity.name) TO bob")
    let guest = try await test.server.connect(user: "bob", password: "bob")
    try await guest.execute("SET ROLE app_read")
    let revocation = await provisioner.revoke(role.target())
    expectEnded(revocation)
    #expect(revocation.sessionsEnded == 2)
    await #expect(throws: PostgresError.self) { try await guest.query("SELECT 1") }
    #expect(try await test.exists("bob"))
    await provisioner.close()
  }

  /// Lets `count` clients connect and do `act` over and over while the role is revoked.
  private func revoke(
    against count: Int,
    _ act: @escaping @Sendable (Connection, CreatedRole) async throws -> Void
  ) async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let logins = Shared(0)
    let isOver = Shared(false)
    let target = role.target()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        group.addTask {
          while !isOver.value {
            // Refused or thrown out: what these clients are here for.
            do throws(any Error) {
              let connection = try await test.login(role)
              logins.change { $0 += 1 }
              try await act(connection, role)
              await connection.close()
            } catch let error as PostgresError where error.kind != .misuse { continue }
          }
        }
      }
      try await eventually("all clients were in") { logins.value > 3 * count }
      let revocation = await provisioner.revoke(target)
      expectEnded(revocation)
      let after = logins.value
      #expect(try await test.sessions(of: role.identity) == 0)
      let second = await provisioner.revoke(target)
      expectEnded(second)
      #expect(second.sessionsEnded == 0)
      #expect(logins.value == after)
      isOver.change { $0 = true }
      try await group.waitForAll()
    }
    await provisioner.close()
  }
}
