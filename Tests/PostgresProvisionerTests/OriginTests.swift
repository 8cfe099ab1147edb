import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("two brokers of different origins on one server")
struct OriginTests {
  private let mine = OriginTag(origin: "jit.example.com/a-\(UInt64.random(in: .min ... .max))")
  private let theirs = OriginTag(origin: "jit.example.com/b-\(UInt64.random(in: .min ... .max))")

  /// What of the other one's role has to be as it was.
  private func state(_ role: CreatedRole, _ test: TestServer) async throws -> String? {
    try await test.value(
      """
      SELECT r.rolcanlogin || ' ' || r.rolconnlimit || ' ' || r.rolvaliduntil::text || ' '
             || shobj_description(r.oid, 'pg_authid') || ' '
             || (SELECT string_agg(s.rolname, ' ' ORDER BY s.rolname)
                   FROM pg_auth_members m JOIN pg_roles s ON s.oid = m.roleid
                  WHERE m.member = r.oid)
             || ' ' || (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid)
        FROM pg_roles r
       WHERE r.oid = $1::oid
      """, [String(role.identity.oid)])
  }

  @Test("neither sees the other's roles, live, orphaned or overdue, nor touches them")
  func apart() async throws {
    let test = try await TestServer.shared
    let (here, there) = (test.provisioner(tag: mine), test.provisioner(tag: theirs))
    let live = try await there.activate(test.plan())
    let session = try await test.login(live)
    let overdue = try await there.activate(test.plan())
    let late = try await test.login(overdue)
    try await test.execute("ALTER ROLE \(overdue.identity.name) VALID UNTIL '2001-01-01'")
    let roles = [live, overdue]
    var before: [String?] = []
    for role in roles { before.append(try await state(role, test)) }
    #expect(before.allSatisfy { $0?.hasSuffix(" 1") == true }, "\(before)")

    let own = try await here.activate(test.plan())
    let census = try await here.census(expecting: [])
    #expect(census.roles == [own.identity])
    #expect(!roles.contains { census.strangers[$0.identity] != nil })
    #expect(try await here.overdue() == [])
    for role in roles {
      let name = role.identity.name
      // All that a broker does by a name that it thinks is its own.
      expectEnded(
        await here.revoke(RevocationTarget(name: name, identity: nil, scopes: ["app_read"])))
      #expect(await here.cutOff(role.identity) == CutOff(.notOverdue))
      await #expect(throws: ProvisioningError.self) { try await here.reissue(role.identity) }
      await #expect(throws: ProvisioningError.self) { try await here.enableLogin(role.identity) }
      await #expect(throws: ProvisioningError.self) {
        try await here.extend(role.identity, until: Timestamp("2098-01-01T00:00:00.000Z")!)
      }
      let plan = RolePlan(
        name: name, scopes: ["app_read"], expiresAt: test.plan().expiresAt, sessions: 4,
        accept: test.plan().accept)
      let collision = await #expect(throws: ProvisioningError.self) { try await here.create(plan) }
      #expect(collision?.kind == .refused)
    }
    let targets = roles.map {
      RevocationTarget(name: $0.identity.name, identity: nil, scopes: ["app_read"])
    }
    for revocation in await here.revokeTogether(targets) { #expect(revocation.sessionsEnded == 0) }

    var after: [String?] = []
    for role in roles { after.append(try await state(role, test)) }
    #expect(after == before)
    #expect(try await there.census(expecting: []).roles == roles.map(\.identity))
    #expect(try await there.overdue() == [overdue.identity])
    #expect(await there.cutOff(overdue.identity) == CutOff(.done, sessionsEnded: 1))
    #expect(try await state(live, test) == before[0])
    expectEnded(await here.revoke(own.target()))
    for role in roles { expectEnded(await there.revoke(role.target())) }
    for session in [session, late] { await session.close() }
    await here.close()
    await there.close()
  }
}
