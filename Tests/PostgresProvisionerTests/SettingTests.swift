import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import PostgresProvisioner
import Testing

/// What somebody gives to our own sessions, by a database, by our login, or by the whole server.
@Suite("settings given to our sessions")
struct SettingTests {
  @Test("none stands in the way of an end, alone or together", arguments: TestedVersions.majors)
  func ends(major: Int) async throws {
    try await withTestServer(major: major) { test in
      try await test.execute("CREATE ROLE other NOLOGIN; GRANT other TO jit_broker")
      for setting in Self.settings where setting.since <= major {
        let before = test.provisioner()
        let roles = [
          try await before.activate(test.plan()), try await before.activate(test.plan()),
        ]
        let session = try await test.login(roles[0])
        await before.close()
        try await test.execute(setting.given)
        try await test.server.reload()

        let provisioner = test.provisioner()
        let together = await provisioner.revokeTogether([roles[0].target()])
        #expect(together.map(\.outcome) == [.ended], "\(setting.given)")
        let alone = await provisioner.revoke(roles[1].target())
        #expect(alone.outcome == .ended, "\(setting.given)")
        await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
        for role in roles {
          await #expect(throws: PostgresError.self) { try await test.login(role) }
        }
        let census = try await provisioner.census(expecting: [])
        #expect(census.roles.isEmpty)
        let again = try await provisioner.activate(test.plan())
        expectEnded(await provisioner.revoke(again.target()))
        await provisioner.close()

        var undoing = test.server.superuserParameters(dbname: "other")
        undoing.options = major >= 17 ? "-c transaction_timeout=0" : ""
        let superuser = try await Connection.open(undoing)
        for sql in setting.undone { try await superuser.execute(sql) }
        await superuser.close()
        try await test.server.reload()
      }
    }
  }

  @Test("what is refused all the same is told in the server's words, and sessions end with it")
  func refused() async throws {
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let roles = [
        try await provisioner.activate(test.plan()), try await provisioner.activate(test.plan()),
      ]
      let sessions = [try await test.login(roles[0]), try await test.login(roles[1])]
      try await test.execute("ALTER ROLE jit_broker NOCREATEROLE")
      let alone = await provisioner.revoke(roles[0].target())
      guard case .stuck(.refused, let note) = alone.outcome else {
        Issue.record("\(alone.outcome)")
        return
      }
      #expect(note.contains("permission denied") && note.contains("42501"))
      #expect(!alone.fenced && alone.sessionsGoneAfterMs == nil)
      await #expect(throws: PostgresError.self) { try await sessions[0].query("SELECT 1") }

      try await test.execute("ALTER ROLE jit_broker CREATEROLE")
      for role in roles { expectEnded(await provisioner.revoke(role.target())) }
      await provisioner.close()
    }
  }

  @Test("a standby at the address is told as what it is, and nothing passes for done there")
  func standby() async throws {
    try await withTestServer { test in
      let before = test.provisioner()
      let role = try await before.activate(test.plan())
      await before.close()
      let signal = URL(filePath: "\(test.server.dataFolder)/standby.signal")
      try await test.server.stop()
      try Data().write(to: signal)
      try await test.server.startAgain()
      let provisioner = test.provisioner()
      let revocation = await provisioner.revoke(role.target())
      guard case .stuck(.unreachable, let note) = revocation.outcome else {
        Issue.record("\(revocation.outcome)")
        return
      }
      #expect(note.contains("standby") && !revocation.fenced)

      try await test.server.stop()
      try FileManager.default.removeItem(at: signal)
      try await test.server.startAgain()
      expectEnded(await provisioner.revoke(role.target()))
      await provisioner.close()
    }
  }

  private struct Setting {
    let given: String
    let undone: [String]
    var since = 14

    static func ofDatabase(_ setting: String, since: Int = 14) -> Setting {
      Setting(
        given: "ALTER DATABASE postgres SET \(setting)",
        undone: ["ALTER DATABASE postgres RESET ALL"], since: since)
    }

    static func ofLogin(_ setting: String) -> Setting {
      Setting(
        given: "ALTER ROLE jit_broker SET \(setting)", undone: ["ALTER ROLE jit_broker RESET ALL"])
    }

    static func ofServer(_ setting: String) -> Setting {
      Setting(
        given: "ALTER SYSTEM SET \(setting)", undone: ["ALTER SYSTEM RESET ALL"])
    }
  }

  private static let settings: [Setting] = [
    .ofDatabase("default_transaction_read_only = on"),
    .ofLogin("default_transaction_read_only = on"),
    .ofServer("default_transaction_read_only = on"),
    .ofLogin("role = other"),
    .ofDatabase("role = other"),
    .ofDatabase("default_transaction_isolation = serializable"),
    .ofDatabase("local_preload_libraries = 'nothing'"),
    .ofLogin("exit_on_error = on"),
    .ofDatabase("idle_session_timeout = 1"),
    .ofDatabase("statement_timeout = 1"),
    .ofDatabase("jit_above_cost = 0"),
    .ofServer("post_auth_delay = 1"),
    .ofDatabase("createrole_self_grant = 'set, inherit'", since: 16),
    .ofDatabase("transaction_timeout = 1", since: 17),
  ]
}
