import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("Roles whose scopes the broker keeps", .timeLimit(.minutes(10)))
struct ScopesTests {
  @Test(
    "preflight prints the logins, plan the statements, apply makes them so, and grants use them",
    arguments: TestedVersions.majors)
  func story(major: Int) async throws {
    try await withPostgres(major: major, fsync: false) { server in
      try await withLiveBroker(on: server) { broker in
        let stage = try await Stage(broker)
        let refused = try await broker.jitAdmin("preflight", "orders_PROD")
        #expect(refused.status == 77)
        #expect(refused.stderr.contains("kept-scopes-exist"))
        try await stage.makeLogins()
        try await broker.jit(as: "alice", "credentials", try await stage.approved("write"))
          .expectRefused(69, saying: "jit admin apply")

        try await expectApplied(stage, broker)
        try await expectGrant(stage, broker)
        try await expectOwner(stage, broker)
        try await expectNarrowed(stage, broker)
        let kinds = try await broker.entries().map(\.kind)
        #expect(kinds.count { $0 == .scopesApplying } == 2)
        #expect(kinds.count { $0 == .scopesApplied } == 2)
      }
    }
  }

  private func expectApplied(_ stage: Stage, _ broker: LiveBroker) async throws {
    let plan: ScopePlanView = try await broker.jitAdmin("plan", "orders_PROD", "-o", "json").json()
    #expect(plan.obstacles == [])
    #expect(plan.roles.count == 2)
    let text = try await broker.jitAdmin("plan", "orders_PROD")
    #expect(text.status == 0)
    for statement in plan.roles + plan.privileges { #expect(text.text.contains("\(statement);")) }
    #expect(try await stage.scopes() == [], "a plan changes nothing")

    // The authority is enough, without the admin socket.
    let ordinary = ["JIT_ADMIN": ""]
    try await broker.jit(as: "alice", "admin", "apply", "orders_PROD", environment: ordinary)
      .expectRefused(77, saying: "operate")
    try await broker.jit(as: "dana", "admin", "apply", "orders_PROD", environment: ordinary)
      .succeeded()
    #expect(try await stage.scopes().count == 1)
    let again = try await broker.jitAdmin("apply", "orders_PROD")
    #expect(again.text == "orders_PROD: nothing to be done\n")
    #expect(
      try await broker.jitAdmin("plan", "orders_PROD").text
        == "orders_PROD: every scope is as the policy has it\n")
    let report: PreflightView = try await broker.jitAdmin(
      "preflight", "orders_PROD", "-o", "json"
    ).json()
    #expect(report.refusing == [])
  }

  private func expectGrant(_ stage: Stage, _ broker: LiveBroker) async throws {
    let id = try await stage.approved("write")
    let session = try await broker.session(id)
    try await session.execute("UPDATE public.orders SET state = 'new' WHERE id = 42")
    await #expect(throws: PostgresError.self) {
      try await session.execute("DELETE FROM public.orders")
    }
    try await broker.jit(as: "alice", "release", id).succeeded()
    try await broker.expectEnded(id, cause: .released, within: .seconds(20))
    await session.close()
  }

  private func expectOwner(_ stage: Stage, _ broker: LiveBroker) async throws {
    let id = try await stage.approved("ddl")
    let session = try await broker.session(id)
    try await session.execute(
      """
      CREATE TABLE public.made (id int);
      CREATE FUNCTION public.later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER later BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.later();
      """)
    try await broker.jit(as: "alice", "release", id).succeeded()
    try await broker.waitUntil(id, is: "ended", within: .seconds(20))
    let receipt = try #require(try await broker.grant(id).receipt)
    #expect(receipt.verified)
    #expect(
      Set(receipt.residue.map { "\($0.kind) \($0.name)" }) == [
        "function public.later()", "trigger later on public.orders",
      ])
    #expect(try await broker.database.roles(of: id) == [])
    #expect(
      try await broker.database.column(
        "SELECT tableowner FROM pg_tables WHERE tablename = 'made'", in: broker.database.dbname)
        == [stage.owner])
    let shown = try await broker.jit(as: "audrey", "show", id)
    #expect(shown.text.contains("left: trigger later on public.orders"))
    await session.close()
  }

  private func expectNarrowed(_ stage: Stage, _ broker: LiveBroker) async throws {
    try broker.write(policy: stage.policy.replacing("[select, update]", with: "[select]"))
    try await broker.jit(as: "dana", "policy", "reload").succeeded()
    let text = try await broker.jitAdmin("plan", "orders_PROD").text
    #expect(text.contains("too much"))
    #expect(text.contains("REVOKE UPDATE ON TABLE public.made, public.orders FROM") == false)
    #expect(text.contains("REVOKE UPDATE ON TABLE public.orders FROM"))
    try await broker.jitAdmin("apply", "orders_PROD").succeeded()
    let scopes = try await stage.scopes()
    #expect(
      try await broker.database.column(
        """
        SELECT privilege_type FROM information_schema.role_table_grants
         WHERE grantee = $1 AND table_name = 'orders'
        """, scopes, in: broker.database.dbname) == ["SELECT"])
  }
}

/// An application's owner beside the broker's database, and a policy that speaks of both.
private struct Stage: Sendable {
  let broker: LiveBroker
  let policy: String
  var owner: String { "orders_owner_\(broker.suffix)" }
  var applier: String { "jit_apply_\(broker.suffix)" }

  init(_ broker: LiveBroker) async throws {
    self.broker = broker
    let suffix = broker.suffix
    policy =
      broker.policy
      .replacing(
        "    accept: [createrole-is-superuser]",
        with: """
              apply: { user: jit_apply_\(suffix), password: "credential:orders-apply" }
              accept: [createrole-is-superuser, acts-as-owner]
          """
      )
      .replacing(
        "member_of: [\(broker.database.scope)] }",
        with: """
          privileges: [{ allow: [select, update], on: tables, in: [public], only: [orders] }] }
            ddl:
              postgresql: { acts_as: orders_owner_\(suffix) }
          """
      ).replacing("roles: [write]", with: "roles: [write, ddl]")
    try await broker.database.execute(
      """
      CREATE ROLE orders_owner_\(suffix) NOLOGIN;
      ALTER TABLE public.orders OWNER TO orders_owner_\(suffix);
      GRANT CREATE ON SCHEMA public TO orders_owner_\(suffix);
      """, in: broker.database.dbname)
    let credential = "\(broker.folder)/credentials/orders-apply"
    try Data("apply-secret".utf8).write(to: URL(filePath: credential))
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: credential)
    try broker.write(policy: policy)
    try await broker.jit(as: "dana", "policy", "reload").succeeded()
  }

  /// As preflight prints them.
  func makeLogins() async throws {
    let looked = try await broker.jitAdmin("preflight", "orders_PROD", "-o", "json")
    let report = try JSONDecoder().decode(PreflightView.self, from: Data(looked.stdout))
    let forApplier = report.leastAdmin.filter { $0.contains(applier) && !$0.hasPrefix("--") }
    #expect(forApplier.count == 3)
    let missing = report.checks.filter { $0.check == "scopes-can-be-given" }.flatMap(\.sql)
    for statement in forApplier + missing {
      try await broker.database.execute(statement, in: broker.database.dbname)
    }
    try await broker.database.execute("ALTER ROLE \(applier) PASSWORD 'apply-secret'")
  }

  /// The scope roles that there are.
  func scopes() async throws -> [String] {
    try await broker.database.column(
      "SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'jitscope_')")
  }

  /// Alice asks for the role and bob approves; the request's id.
  func approved(_ role: String) async throws -> String {
    let request: RequestView = try await broker.jit(
      as: "alice", "request", "--db", "orders_PROD", "--role", role, "--for", "30m", "--reason",
      "INC-42", "-o", "json"
    ).json()
    try await broker.jit(as: "bob", "approve", request.id).succeeded()
    return request.id
  }
}
