import AccessCore
import PostgresProvisioner
import Testing

@Suite("roles of others")
struct ForeignRoleTests {
  @Test("a role with our name and no tag is not ours: nothing of ours is there")
  func noTag() async throws {
    // What starts on the server while the role is gone is ended, whoever it is: so nobody else is here.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let name = test.plan().name
      try await test.execute("CREATE ROLE \(name) LOGIN")
      let revocation = await provisioner.revoke(
        RevocationTarget(name: name, identity: nil, scopes: ["app_read"]))
      expectEnded(revocation)
      #expect(try await canLogIn(name, test))
      #expect(try await provisioner.census(expecting: []).roles.map(\.name).contains(name) == false)
      await provisioner.close()
    }
  }

  @Test("a role that has our OID, and neither our name nor our tag, is left alone and reported")
  func strangerWithOurOID() async throws {
    // What starts on the server while the role is gone is ended, whoever it is: so nobody else is here.
    try await withTestServer { test in
      let provisioner = test.provisioner()
      let role = try await provisioner.activate(test.plan())
      let name = role.identity.name
      try await test.execute(
        "ALTER ROLE \(name) RENAME TO \(name)_hers; COMMENT ON ROLE \(name)_hers IS 'hers'")
      let revocation = await provisioner.revoke(role.target())
      guard case .stuck(.residue, let note) = revocation.outcome else {
        Issue.record("\(revocation.outcome)")
        return
      }
      #expect(note.contains("\(name)_hers"))
      #expect(!revocation.fenced)
      #expect(try await canLogIn("\(name)_hers", test))
      await provisioner.close()
    }
  }

  @Test("each origin's census has its own roles only, and neither touches the other's")
  func origins() async throws {
    let test = try await TestServer.shared
    let here = test.provisioner()
    let there = test.provisioner(tag: OriginTag(origin: "jit.example.com/other"))
    let ours = try await here.activate(test.plan())
    let theirs = try await there.activate(test.plan())
    let census = try await here.census(expecting: [])
    #expect(census.systemIdentifier == ours.identity.systemIdentifier)
    #expect(census.roles.contains(ours.identity))
    #expect(!census.roles.contains(theirs.identity))
    #expect(try await there.census(expecting: []).roles == [theirs.identity])

    let theirName = theirs.identity.name
    expectEnded(
      await here.revoke(RevocationTarget(name: theirName, identity: nil, scopes: ["app_read"])))
    await #expect(throws: ProvisioningError.self) { try await here.reissue(theirs.identity) }
    #expect(try await canLogIn(theirName, test))

    expectEnded(await here.revoke(ours.target()))
    expectEnded(await there.revoke(theirs.target()))
    #expect(try await there.census(expecting: []).roles.isEmpty)
    await here.close()
    await there.close()
  }

  private func canLogIn(_ role: String, _ test: TestServer) async throws -> Bool {
    try await test.value("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [role]) == "t"
  }
}
