import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// Each single round of statements of each operation is cut off before the server has seen it, cut
/// off after the server has done it, and sent twice. What it comes to is nothing or the same thing.
@Suite("every step failing and repeated")
struct StepFaultTests {
  @Test(
    "an activation leaves nothing, or the role as it is always made",
    arguments: TestedVersions.majors, StepFault.allCases)
  func activation(major: Int, _ fault: StepFault) async throws {
    let test = try await TestServer.shared(major: major)
    let scope = try await test.makeScope()
    let sound = test.provisioner()
    let normal = try await sound.activate(test.plan([scope]))
    let looks = try await test.look(of: normal.identity.name)
    try await eachStep(fault) { step in
      let plan = test.plan([scope])
      let shaky = test.provisioner(fault: step.handler)
      do {
        let made = try await shaky.create(plan)
        // What the broker does when LOGIN cannot be switched on: the requester asks again.
        do { try await shaky.enableLogin(made.identity) } catch {
          _ = try await sound.reissue(made.identity)
        }
        #expect(try await test.look(of: plan.name) == looks)
        expectEnded(await sound.revoke(made.target([scope])))
      } catch is ProvisioningError {
        let target = RevocationTarget(name: plan.name, identity: nil, scopes: [scope])
        expectEnded(await sound.revoke(target))
      }
      #expect(try await !test.exists(plan.name))
      await shaky.close()
    }
    expectEnded(await sound.revoke(normal.target([scope])))
    await sound.close()
  }

  @Test(
    "a new password, asked for once more, is one that works",
    arguments: TestedVersions.majors, StepFault.allCases)
  func reissue(major: Int, _ fault: StepFault) async throws {
    try await withRole(major) { test, sound, role in
      let looks = try await test.look(of: role.identity.name)
      try await eachStep(fault) { step in
        let shaky = test.provisioner(fault: step.handler)
        let secret: Secret
        do { secret = try await shaky.reissue(role.identity) } catch {
          secret = try await sound.reissue(role.identity)
        }
        try await test.login(CreatedRole(identity: role.identity, secret: secret)).close()
        #expect(try await test.look(of: role.identity.name) == looks)
        await shaky.close()
      }
    }
  }

  @Test(
    "an extension has moved the end, or moves it when it is told again; sessions stay",
    arguments: TestedVersions.majors, StepFault.allCases)
  func extending(major: Int, _ fault: StepFault) async throws {
    try await withRole(major) { test, sound, role in
      let session = try await test.login(role)
      var until = try #require(Timestamp("2099-01-01T01:00:00.000Z"))
      let looks = try await test.look(of: role.identity.name)
      try await eachStep(fault) { step in
        let before = try await test.expiry(of: role)
        until = until + TimeSpan.hour
        let shaky = test.provisioner(fault: step.handler)
        do { try await shaky.extend(role.identity, until: until) } catch {
          // Meanwhile it ends when it would have, or when it will: never later.
          #expect([before, until].contains(try await test.expiry(of: role)))
          try await sound.extend(role.identity, until: until)
        }
        #expect(try await test.expiry(of: role) == until)
        #expect(try await test.look(of: role.identity.name) == looks)
        #expect(try await session.query("SELECT 1").count == 1)
        await shaky.close()
      }
      await session.close()
    }
  }

  @Test(
    "a revocation ends in nothing, and until then says what is true",
    arguments: TestedVersions.majors, StepFault.allCases)
  func revocation(major: Int, _ fault: StepFault) async throws {
    let test = try await TestServer.shared(major: major)
    let scope = try await test.makeScope()
    let sound = test.provisioner()
    for together in [false, true] {
      try await eachStep(fault) { step in
        let role = try await sound.activate(test.plan([scope]))
        let session = try await test.login(role)
        let shaky = test.provisioner(fault: step.handler)
        let target = role.target([scope])
        let first =
          together
          ? try #require(await shaky.revokeTogether([target]).first) : await shaky.revoke(target)
        if first.outcome == .ended { expectEnded(first) }
        if first.fenced { #expect(try await !test.canLogIn(role)) }
        expectEnded(await sound.revoke(target))
        #expect(try await !test.exists(role.identity.name))
        #expect(try await test.sessions(of: role.identity) == 0)
        await session.close()
        await shaky.close()
      }
    }
    await sound.close()
  }

  @Test(
    "a rotation leaves a secret that works, and done again the new one only",
    arguments: TestedVersions.majors, StepFault.allCases)
  func rotation(major: Int, _ fault: StepFault) async throws {
    let test = try await TestServer.shared(major: major)
    let admin = "turning_\(UInt32.random(in: .min ... .max))"
    try await test.execute("CREATE ROLE \(admin) LOGIN PASSWORD 'secret-0'")
    let passwords = Shared(["secret-0"])
    func provisioner(_ fault: @escaping StepFaultHandler = { nil }) -> PostgresProvisioner {
      PostgresProvisioner(
        access: test.access(user: admin), passwords: { passwords.value.map { Secret($0) } },
        tag: TestServer.tag, fault: fault)
    }
    var count = 0
    try await eachStep(fault) { step in
      count += 1
      let (old, new) = ("secret-\(count - 1)", "secret-\(count)")
      passwords.change { $0 = [old, new] }
      let shaky = provisioner(step.handler)
      let sound = provisioner()
      do { try await shaky.rotate(to: Secret(new)) } catch {
        // Whichever it is, the broker is let in.
        _ = try await sound.census(expecting: [])
        try await sound.rotate(to: Secret(new))
      }
      passwords.change { $0 = [new] }
      let settled = provisioner()
      _ = try await settled.census(expecting: [])
      passwords.change { $0 = [old] }
      let stale = provisioner()
      await #expect(throws: ProvisioningError.self) { try await stale.census(expecting: []) }
      for used in [shaky, sound, settled, stale] { await used.close() }
    }
    try await test.execute("DROP ROLE \(admin)")
  }

  /// Runs `body` once for each of its steps, with the fault there, until it has no further one.
  private func eachStep(
    _ fault: StepFault, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (FaultyStep) async throws -> Void
  ) async throws {
    for number in 1...100 {
      let step = FaultyStep(fault, at: number)
      try await body(step)
      guard step.wasReached else {
        #expect(number > 1, "there is a step", sourceLocation: sourceLocation)
        return
      }
    }
    Issue.record("it has no end", sourceLocation: sourceLocation)
  }

  private func withRole(
    _ major: Int, _ body: (TestServer, PostgresProvisioner, CreatedRole) async throws -> Void
  ) async throws {
    let test = try await TestServer.shared(major: major)
    let scope = try await test.makeScope()
    let sound = test.provisioner()
    let role = try await sound.activate(test.plan([scope]))
    try await body(test, sound, role)
    expectEnded(await sound.revoke(role.target([scope])))
    await sound.close()
  }
}

/// One round of statements that goes wrong, counted from the first.
private struct FaultyStep: Sendable {
  private let fault: StepFault
  private let number: Int
  private let count = Shared(0)

  init(_ fault: StepFault, at number: Int) { (self.fault, self.number) = (fault, number) }

  var wasReached: Bool { count.value >= number }

  var handler: StepFaultHandler {
    { [self] in
      count.change { $0 += 1 }
      return count.value == number ? fault : nil
    }
  }
}

extension TestServer {
  /// Everything about a role but its name, its password and its end.
  fileprivate func look(of role: String) async throws -> String? {
    try await value(
      """
      SELECT pg_catalog.concat_ws(' ', rolcanlogin, rolinherit, rolsuper, rolcreaterole,
               rolcreatedb, rolconnlimit,
               (SELECT pg_catalog.string_agg(roleid::regrole::text, ',' ORDER BY roleid)
                  FROM pg_catalog.pg_auth_members
                 WHERE member = r.oid),
               pg_catalog.left(pg_catalog.shobj_description(r.oid, 'pg_authid'), 21))
        FROM pg_catalog.pg_roles r
       WHERE rolname = $1
      """, [role])
  }

  fileprivate func expiry(of role: CreatedRole) async throws -> Timestamp? {
    let text = try await value(
      """
      SELECT to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        FROM pg_catalog.pg_roles
       WHERE oid = $1::oid
      """, [String(role.identity.oid)])
    return text.flatMap { Timestamp($0) }
  }

  fileprivate func canLogIn(_ role: CreatedRole) async throws -> Bool {
    try await value(
      "SELECT 1 FROM pg_roles WHERE oid = $1::oid AND rolcanlogin", [String(role.identity.oid)])
      == "1"
  }
}

extension TimeSpan {
  fileprivate static var hour: TimeSpan {
    guard let hour = TimeSpan("1h") else { preconditionFailure("1h is a duration") }
    return hour
  }
}
