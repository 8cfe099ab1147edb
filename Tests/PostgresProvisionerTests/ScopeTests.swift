import AccessCore
import PostgresProvisioner
import Testing

@Suite("scopes")
struct ScopeTests {
  @Test(
    "a scope that could do more than its privileges is refused in plain words",
    arguments: [
      ("LOGIN", "is LOGIN"), ("SUPERUSER", "is SUPERUSER"), ("CREATEROLE", "is CREATEROLE"),
      ("CREATEDB", "is CREATEDB"), ("REPLICATION", "is REPLICATION"),
      ("BYPASSRLS", "is BYPASSRLS"),
    ])
  func attributes(attribute: String, words: String) async throws {
    try await expectRefused(words) { scope in "CREATE ROLE \(scope) \(attribute)" }
    try await expectRefused("\(words), through") { scope in
      """
      CREATE ROLE \(scope)_above \(attribute);
      CREATE ROLE \(scope)_between;
      CREATE ROLE \(scope);
      GRANT \(scope)_above TO \(scope)_between;
      GRANT \(scope)_between TO \(scope);
      """
    }
  }

  @Test(
    "a scope that reaches the operating system or others' sessions is refused",
    arguments: [
      "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
      "pg_signal_backend",
    ])
  func predefined(role: String) async throws {
    try await expectRefused("is a member of \(role)") { scope in
      """
      CREATE ROLE \(scope);
      GRANT \(role) TO \(scope);
      """
    }
  }

  @Test("a scope that does not exist is refused by name")
  func missing() async throws {
    try await expectRefused("does not exist", .refused) { _ in "SELECT 1" }
  }

  @Test("a role that exists already is refused, and left as it is")
  func existing() async throws {
    let test = try await TestServer.shared
    let plan = test.plan()
    try await test.execute("CREATE ROLE \(plan.name) LOGIN CONNECTION LIMIT 7")
    let provisioner = test.provisioner()
    let error = await #expect(throws: ProvisioningError.self) { try await provisioner.create(plan) }
    #expect(error?.kind == .refused)
    #expect(error?.message.contains("is there already") == true)
    #expect(
      try await test.value(
        "SELECT rolcanlogin::text || rolconnlimit FROM pg_roles WHERE rolname = $1", [plan.name])
        == "true7")
    await provisioner.close()
  }

  private func expectRefused(
    _ words: String, _ kind: ProvisioningError.Kind = .dangerous,
    sourceLocation: SourceLocation = #_sourceLocation, _ setup: (String) -> String
  ) async throws {
    let test = try await TestServer.shared
    let scope = "scope_\(UInt32.random(in: .min ... .max))"
    try await test.execute(setup(scope))
    if try await test.exists(scope) { try await test.letGive(scope) }
    let provisioner = test.provisioner()
    let plan = test.plan(["app_read", scope])
    for attempt in [
      { _ = try await provisioner.create(plan) }, { _ = try await provisioner.preview(plan) },
    ] {
      let error = await #expect(throws: ProvisioningError.self, sourceLocation: sourceLocation) {
        try await attempt()
      }
      #expect(error?.kind == kind, sourceLocation: sourceLocation)
      #expect(error?.message.contains(scope) == true, sourceLocation: sourceLocation)
      #expect(
        error?.message.contains(words) == true, "\(error?.message ?? "")",
        sourceLocation: sourceLocation)
    }
    #expect(try await !test.exists(plan.name), sourceLocation: sourceLocation)
    await provisioner.close()
  }
}
