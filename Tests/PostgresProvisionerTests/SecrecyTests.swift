import AccessCore
import AccessTesting
import PostgresProvisioner
import Testing

@Suite("secrecy")
struct SecrecyTests {
  @Test("a password is in no log and no statistics; only its verifier is sent")
  func password() async throws {
    let test = try await TestServer.shared
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan())
    let second = try await provisioner.reissue(role.identity)
    _ = try await test.login(CreatedRole(identity: role.identity, secret: second))
    expectEnded(await provisioner.revoke(role.target()))
    await provisioner.close()

    // The statements are there, so that what follows looks in the right place.
    let name = role.identity.name
    #expect(try await test.isInLog("CREATE ROLE \"\(name)\" NOLOGIN"))
    #expect(try await test.isInLog("SCRAM-SHA-256$4096:"))
    #expect(try await test.isInStatistics("%CREATE ROLE \"\(name)\"%"))
    for secret in [role.secret, second] {
      #expect(try await !test.isInLog(secret.reveal()))
      #expect(try await !test.isInStatistics("%\(secret.reveal())%"))
    }
  }

  @Test("no error tells a secret")
  func errors() async throws {
    let test = try await TestServer.shared
    let provisioner = PostgresProvisioner(
      access: test.access(), passwords: { [Secret("not the admin's")] }, tag: TestServer.tag)
    let error = await #expect(throws: ProvisioningError.self) {
      try await provisioner.create(test.plan())
    }
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains("not the admin's") == false)
    await provisioner.close()
  }
}

extension TestServer {
  fileprivate func isInLog(_ text: String) async throws -> Bool {
    // Taken apart, because this statement is logged, too.
    let (start, end) = (text.prefix(text.count / 2), text.dropFirst(text.count / 2))
    return try await value(
      "SELECT position($1 || $2 IN pg_read_file($3)) > 0",
      [String(start), String(end), server.log]) == "t"
  }

  fileprivate func isInStatistics(_ pattern: String) async throws -> Bool {
    try await value(
      "SELECT count(*) > 0 FROM public.pg_stat_statements WHERE query LIKE $1", [pattern]) == "t"
  }
}
