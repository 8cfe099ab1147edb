import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// Strangers have taken all connections that the server gives.
@Suite("a server without a free connection")
struct ReserveTests {
  private static let settings = ["max_connections": "20"]

  @Test(
    "what was kept in hand ends access, alone and together, and many at once",
    arguments: TestedVersions.majors)
  func kept(major: Int) async throws {
    try await withTestServer(major: major, settings: Self.settings) { test in
      let maker = test.provisioner()
      var roles: [CreatedRole] = []
      for _ in 0..<14 { roles.append(try await maker.activate(test.plan())) }
      await maker.close()
      let session = try await test.login(roles[0])

      let provisioner = test.provisioner()
      _ = try await provisioner.census(expecting: [])
      let strangers = try await test.takeAllConnections()
      let together = await provisioner.revokeTogether(roles[..<4].map { $0.target() })
      for revocation in together { expectEnded(revocation) }
      let alone = await withTaskGroup(of: Revocation.self) { group in
        for role in roles[4...] { group.addTask { await provisioner.revoke(role.target()) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for revocation in alone { expectEnded(revocation) }
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      for stranger in strangers { await stranger.close() }
      await provisioner.close()
    }
  }

  @Test("it is opened again when it is lost, before anybody needs it")
  func reopened() async throws {
    try await withTestServer(settings: Self.settings) { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      try await test.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'jit_broker'")
      try await eventually("there is one again") {
        try await test.value(
          "SELECT count(*) FROM pg_stat_activity WHERE usename = 'jit_broker'") == "1"
      }
      let strangers = try await test.takeAllConnections()
      expectEnded(await provisioner.revoke(role.target()))
      for stranger in strangers { await stranger.close() }
      await provisioner.close()
    }
  }

  @Test(
    "from 16 on a broker that begins then gets in by what the server keeps for it",
    arguments: TestedVersions.majors.filter { $0 >= 16 })
  func begun(major: Int) async throws {
    let settings = Self.settings.merging(["reserved_connections": "2"]) { $1 }
    try await withTestServer(major: major, settings: settings) { test in
      try await test.execute(
        "GRANT pg_use_reserved_connections TO jit_broker WITH INHERIT TRUE, SET FALSE")
      let before = test.provisioner()
      let role = try await before.activate(test.plan())
      await before.close()
      let strangers = try await test.takeAllConnections()
      let provisioner = test.provisioner()
      expectEnded(await provisioner.revoke(role.target()))
      for stranger in strangers { await stranger.close() }
      await provisioner.close()
    }
  }

  @Test("up to 15 a broker that begins then says what is in its way, and goes on afterwards")
  func tooLate() async throws {
    try await withTestServer(major: 15, settings: Self.settings) { test in
      let before = test.provisioner()
      let role = try await before.activate(test.plan())
      await before.close()
      let strangers = try await test.takeAllConnections()
      let provisioner = test.provisioner()
      let revocation = await provisioner.revoke(role.target())
      guard case .stuck(.unreachable, let note) = revocation.outcome else {
        Issue.record("\(revocation.outcome)")
        return
      }
      #expect(note.contains("53300"))
      for stranger in strangers { await stranger.close() }
      try await eventually("it gets in") {
        await provisioner.revoke(role.target()).outcome == .ended
      }
      await provisioner.close()
    }
  }
}

extension TestServer {
  /// As bob, until the server gives no more.
  fileprivate func takeAllConnections() async throws -> [Connection] {
    var taken: [Connection] = []
    while true {
      do throws(PostgresError) {
        taken.append(try await server.connect(user: "bob", password: "bob"))
      } catch {
        guard error.sqlState == .tooManyConnections else { throw error }
        return taken
      }
    }
  }
}
