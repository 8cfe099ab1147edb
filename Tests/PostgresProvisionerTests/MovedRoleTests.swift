import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// Another server answers at the address than the one on which the role was made: a dump was
/// restored there, or it was upgraded, or copied.
@Suite("roles that moved to another server")
struct MovedRoleTests {
  @Test(
    "a role is found there by its name and our tag, and ends there",
    arguments: TestedVersions.majors)
  func ends(major: Int) async throws {
    let origin = try await TestServer.shared(major: major)
    try await withTestServer(major: major) { copy in
      let (before, provisioner) = (origin.provisioner(), copy.provisioner())
      _ = try await provisioner.activate(copy.plan())
      let role = try await before.activate(origin.plan())
      // Its number there is another one.
      try await copy.restore(role, of: origin)
      let session = try await copy.login(role)

      let expected = ExpectedRole(role.identity, origin.plan())
      let census = try await provisioner.census(expecting: [expected])
      let drift = census.drift[role.identity] ?? []
      #expect(drift.first?.kind == .moved)
      #expect(drift.first?.found.contains(census.systemIdentifier) == true)
      #expect(!drift.contains { $0.kind == .missing })
      #expect(census.roles.map(\.name).contains(role.identity.name))
      #expect(try await provisioner.residue(of: role.target()) == [])

      // Together with others it is nobody's; by itself it ends.
      let together = await provisioner.revokeTogether([role.target()])
      guard case .stuck(.locked, _) = together[0].outcome else {
        Issue.record("\(together[0].outcome)")
        return
      }
      let revocation = await provisioner.revoke(role.target())
      #expect(revocation.outcome == .ended)
      #expect(revocation.fenced && revocation.sessionsEnded == 1)
      #expect(revocation.residue.map(\.kind) == ["server"])
      #expect(revocation.residue.map(\.name) == [census.systemIdentifier])
      #expect(
        revocation.residue[0].note?.contains(role.identity.systemIdentifier) == true)
      #expect(try await !copy.exists(role.identity.name))
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
      #expect(try await origin.exists(role.identity.name), "that one was not looked at")
      expectEnded(await before.revoke(role.target()))
      await before.close()
      await provisioner.close()
    }
  }

  @Test("one whose end had begun is known as fenced there")
  func fenced() async throws {
    let origin = try await TestServer.shared
    try await withTestServer { copy in
      let (before, provisioner) = (origin.provisioner(), copy.provisioner())
      _ = try await provisioner.activate(copy.plan())
      let role = try await before.activate(origin.plan())
      try await copy.restore(role, of: origin)
      try await copy.execute(
        """
        ALTER ROLE \(role.identity.name)
          NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity'
        """)
      let expected = ExpectedRole(role.identity, origin.plan())
      let census = try await provisioner.census(expecting: [expected])
      #expect(census.fenced.contains(role.identity))
      expectEnded(await before.revoke(role.target()))
      await before.close()
      await provisioner.close()
    }
  }

  @Test("where it is not, nothing passes for ended, and nobody of its name or number is touched")
  func missing() async throws {
    let origin = try await TestServer.shared
    try await withTestServer { copy in
      let (before, provisioner) = (origin.provisioner(), copy.provisioner())
      let role = try await before.activate(origin.plan())
      let stranger = try await provisioner.activate(copy.plan())
      let sameNumber = RoleIdentity(
        name: role.identity.name, oid: stranger.identity.oid,
        systemIdentifier: role.identity.systemIdentifier)
      try await copy.execute("CREATE ROLE \(role.identity.name) LOGIN")
      for identity in [role.identity, sameNumber] {
        let target = RevocationTarget(
          name: identity.name, identity: identity, scopes: ["app_read"])
        let revocation = await provisioner.revoke(target)
        guard case .stuck(.unreachable, let note) = revocation.outcome else {
          Issue.record("\(revocation.outcome)")
          return
        }
        for words in [stranger.identity, identity].map(\.systemIdentifier) + ["jit admin forget"] {
          #expect(note.contains(words))
        }
        #expect(!revocation.fenced && revocation.sessionsGoneAfterMs == nil)
        for revocation in await provisioner.revokeTogether([target]) {
          #expect(revocation.outcome != .ended && !revocation.fenced)
        }
        let looked = await #expect(throws: ProvisioningError.self) {
          try await provisioner.residue(of: target)
        }
        #expect(looked?.kind == .unreachable)
        let login = await #expect(throws: ProvisioningError.self) {
          try await provisioner.enableLogin(identity)
        }
        #expect(login?.kind == .unreachable)
        let expected = ExpectedRole(identity, origin.plan())
        let census = try await provisioner.census(expecting: [expected])
        #expect(census.drift[identity]?.map(\.kind) == [.moved])
        #expect(census.fenced.isEmpty)
        #expect(census.roles == [stranger.identity])
      }
      for name in [role.identity.name, stranger.identity.name] {
        #expect(
          try await copy.value("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [name]) == "t"
        )
      }
      expectEnded(await provisioner.revoke(stranger.target()))
      expectEnded(await before.revoke(role.target()))
      await before.close()
      await provisioner.close()
    }
  }
}

extension TestServer {
  /// As `pg_dumpall` of the other server makes it here: with its password, its memberships and their
  /// grantors, and its comment.
  fileprivate func restore(_ role: CreatedRole, of origin: TestServer) async throws {
    let (name, oid) = (role.identity.name, String(role.identity.oid))
    let verifier = try await origin.value(
      "SELECT rolpassword FROM pg_authid WHERE oid = $1::oid", [oid])
    let comment = try await origin.value("SELECT shobj_description($1::oid, 'pg_authid')", [oid])
    let options = server.major >= 16
    try await execute(
      """
      CREATE ROLE \(name) LOGIN PASSWORD '\(verifier ?? "")' CONNECTION LIMIT 20
        VALID UNTIL '2099-01-01T00:00:00.123Z';
      \(options ? "GRANT \(name) TO jit_broker WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;" : "")
      SET ROLE jit_broker;
      GRANT app_read TO \(name) \(options ? "WITH INHERIT TRUE, SET FALSE" : "");
      GRANT jit_grants TO \(name) \(options ? "WITH INHERIT FALSE, SET FALSE" : "");
      RESET ROLE;
      COMMENT ON ROLE \(name) IS '\(comment ?? "")';
      """)
  }
}
