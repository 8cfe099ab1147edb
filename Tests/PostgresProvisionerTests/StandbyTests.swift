import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("sessions on standbys", .timeLimit(.minutes(10)))
struct StandbyTests {
  @Test(
    "those on a listed standby end with the grant, one at a time and together",
    arguments: TestedVersions.majors, [false, true])
  func ended(major: Int, together: Bool) async throws {
    try await withStandbys(major: major) { primary, standbys in
      let stage = try await StandbyStage(primary, standbys)
      let provisioner = stage.provisioner()
      let role = try await provisioner.activate(stage.test.plan())
      let reading = try await stage.login(role, on: standbys[0])
      #expect(try await reading.query("SELECT id FROM app.orders").count == 1)
      let revocation = try await stage.end(role, by: provisioner, together: together)
      expectEnded(revocation)
      #expect(revocation.sessionsEnded == 1)
      await #expect(throws: PostgresError.self) { try await reading.query("SELECT 1") }
      await #expect(throws: PostgresError.self) { try await stage.login(role, on: standbys[0]) }
      await provisioner.close()
    }
  }

  @Test(
    "a standby that is behind still lets people in: the grant has not ended before it has come past the fence",
    arguments: TestedVersions.majors)
  func behind(major: Int) async throws {
    try await withStandbys(major: major) { primary, standbys in
      let stage = try await StandbyStage(primary, standbys)
      let provisioner = stage.provisioner()
      let role = try await provisioner.activate(stage.test.plan())
      try await standbys[0].hasCaughtUp(with: primary)
      try await stage.execute("SELECT pg_wal_replay_pause()", on: standbys[0])
      let revocation = await provisioner.revoke(role.target())
      let note = try #require(revocation.stuckNote)
      #expect(
        note.hasPrefix("standby 127.0.0.1:\(standbys[0].port) not verified, lag "), "\(note)")
      #expect(revocation.outcome == .stuck(.unreachable, note: note))
      #expect(revocation.fenced)
      #expect(revocation.sessionsGoneAfterMs == nil)
      #expect(try await !stage.test.exists(role.identity.name), "the primary waits for nothing")
      // It lets in who is fenced on the primary.
      let late = try await stage.login(role, on: standbys[0])
      #expect(await provisioner.revoke(role.target()).stuckNote != nil)
      await #expect(throws: PostgresError.self) { try await late.query("SELECT 1") }

      // What is written meanwhile need not be there.
      try await stage.execute("SELECT pg_wal_replay_resume()", on: standbys[0])
      try await stage.test.execute("CREATE TABLE app.later AS SELECT generate_series(1, 1000)")
      expectEnded(await provisioner.revoke(role.target()))
      await provisioner.close()
    }
  }

  @Test(
    "a standby that is down delays its own verification only, and is asked again",
    arguments: TestedVersions.majors)
  func down(major: Int) async throws {
    try await withStandbys(2, major: major) { primary, standbys in
      let stage = try await StandbyStage(primary, standbys)
      let provisioner = stage.provisioner()
      let roles = [
        try await provisioner.activate(stage.test.plan()),
        try await provisioner.activate(stage.test.plan()),
      ]
      try await standbys[0].hasCaughtUp(with: primary)
      try await standbys[1].hasCaughtUp(with: primary)
      let onPrimary = try await stage.test.login(roles[0])
      let onTheOther = try await stage.login(roles[1], on: standbys[1])
      try await standbys[0].stop(mode: .immediate)
      let began = ContinuousClock.now
      let revocations = await provisioner.revokeTogether(roles.map { $0.target() })
      #expect(ContinuousClock.now - began < .seconds(4))
      for revocation in revocations {
        #expect(revocation.fenced)
        #expect(revocation.outcome != .ended)
        #expect(revocation.stuckNote?.contains("standby 127.0.0.1:\(standbys[0].port)") == true)
      }
      for session in [onPrimary, onTheOther] {
        await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      }
      for role in roles { #expect(try await !stage.test.exists(role.identity.name)) }
      // Where it is known to be down, nobody waits for it again.
      let again = ContinuousClock.now
      _ = await provisioner.revoke(roles[0].target())
      #expect(ContinuousClock.now - again < .seconds(2))

      try await standbys[0].startAgain()
      try await eventually("both are verified") {
        await provisioner.revokeTogether(roles.map { $0.target() })
          .allSatisfy { $0.outcome == .ended }
      }
      await provisioner.close()
    }
  }

  @Test(
    "one that nobody listed is named in the receipt, and preflight tells",
    arguments: TestedVersions.majors, [false, true])
  func unlisted(major: Int, together: Bool) async throws {
    try await withStandbys(major: major) { primary, standbys in
      let stage = try await StandbyStage(primary, [])
      let provisioner = stage.provisioner()
      let role = try await provisioner.activate(stage.test.plan())
      try await standbys[0].hasCaughtUp(with: primary)
      let revocation = try await stage.end(role, by: provisioner, together: together)
      #expect(revocation.outcome == .ended)
      #expect(
        revocation.residue == [
          Residue(
            database: "postgres", kind: "standby", name: "(1)",
            note: """
              on this server; 1 standby not looked at, where sessions may go on: list it under \
              `replicas:`
              """)
        ])
      let check = try await stage.check(provisioner)
      #expect(check.verdict == .warning)
      #expect(check.found == "1 that streams and no `replicas:` lists")

      await provisioner.look(atStandbys: stage.endpoints(of: standbys))
      #expect(try await stage.check(provisioner).verdict == .ok)
      let other = try await provisioner.activate(stage.test.plan())
      expectEnded(try await stage.end(other, by: provisioner, together: together))
      await provisioner.close()
    }
  }

  @Test(
    "what answers at the address of a standby and is none does not count as one",
    arguments: TestedVersions.majors)
  func another(major: Int) async throws {
    try await withStandbys(major: major) { primary, standbys in
      let stage = try await StandbyStage(primary, standbys)
      let elsewhere = try await TestServer.shared(major: major).server
      let provisioner = stage.provisioner()
      for (wrong, words) in [
        (elsewhere, "another server answers there"), (primary, "it is none (any more)"),
      ] {
        await provisioner.look(atStandbys: stage.endpoints(of: [wrong]))
        let role = try await provisioner.activate(stage.test.plan())
        let revocation = await provisioner.revoke(role.target())
        #expect(revocation.stuckNote?.contains(words) == true, "\(revocation)")
        #expect(try await stage.check(provisioner).verdict == .warning)
      }
      await provisioner.close()
    }
  }

  @Test("the dead man's switch ends sessions there, too", arguments: TestedVersions.majors)
  func reap(major: Int) async throws {
    try await withStandbys(major: major) { primary, standbys in
      let stage = try await StandbyStage(primary, standbys)
      let provisioner = stage.provisioner()
      let role = try await provisioner.activate(stage.test.plan())
      let reading = try await stage.login(role, on: standbys[0])
      try await stage.test.execute(
        "ALTER ROLE \(role.identity.name) VALID UNTIL '2020-01-01'")
      let cutOff = await provisioner.cutOff(role.identity)
      #expect(cutOff == CutOff(.done, sessionsEnded: 1))
      await #expect(throws: PostgresError.self) { try await reading.query("SELECT 1") }
      await provisioner.close()
    }
  }
}

/// A primary as an operator prepares it, and its standbys.
private struct StandbyStage {
  let test: TestServer
  let listed: [ThrowAwayPostgres]

  init(_ primary: ThrowAwayPostgres, _ listed: [ThrowAwayPostgres]) async throws {
    test = try await TestServer(preparing: primary)
    self.listed = listed
    for standby in listed { try await standby.hasCaughtUp(with: primary) }
  }

  func endpoints(of servers: [ThrowAwayPostgres]) -> [Endpoint] {
    servers.map { Endpoint(host: "127.0.0.1", port: $0.port) }
  }

  func provisioner() -> PostgresProvisioner {
    let access = test.access()
    return PostgresProvisioner(
      access: DatabaseAccess(
        engine: access.engine, endpoint: access.endpoint, dbname: access.dbname,
        sslmode: access.sslmode, admin: access.admin, replicas: endpoints(of: listed)),
      passwords: { [Secret("admin")] }, tag: TestServer.tag)
  }

  /// Logs in on a standby that has the role by now.
  func login(_ role: CreatedRole, on standby: ThrowAwayPostgres) async throws -> Connection {
    let superuser = try await standby.superuser()
    let isPaused = try await superuser.query("SELECT pg_is_wal_replay_paused()")[0][0] == "t"
    await superuser.close()
    if !isPaused { try await standby.hasCaughtUp(with: test.server) }
    return try await standby.connect(
      user: role.identity.name, password: role.secret.reveal())
  }

  func execute(_ sql: String, on standby: ThrowAwayPostgres) async throws {
    let superuser = try await standby.superuser()
    try await superuser.execute(sql)
    await superuser.close()
  }

  func end(
    _ role: CreatedRole, by provisioner: PostgresProvisioner, together: Bool
  ) async throws -> Revocation {
    guard together else { return await provisioner.revoke(role.target()) }
    return try #require(await provisioner.revokeTogether([role.target()]).first)
  }

  func check(_ provisioner: PostgresProvisioner) async throws -> PreflightCheck {
    let report = try await provisioner.preflight(
      PreflightQuestion(
        admin: test.access().admin,
        roles: [
          Role(name: RoleName("read")!, postgresql: PostgresScope(memberOf: ["app_read"]))
        ],
        clock: currentTime))
    return try #require(report.checks.first { $0.name == "standbys" })
  }
}

extension Revocation {
  fileprivate var stuckNote: String? {
    if case .stuck(_, let note) = outcome { note } else { nil }
  }
}
