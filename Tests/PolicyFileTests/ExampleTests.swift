import AccessCore
import Testing

@testable import PolicyFile

@Suite("Policies that are right")
struct ExampleTests {
  @Test("the example policies of the project have neither errors nor warnings")
  func shipped() throws {
    let documents = try readPolicyDocuments(directory: Samples.policies)
    #expect(
      documents.map(\.name) == [
        "databases.yaml", "entitlements.yaml", "people.yaml", "roles.yaml",
        "times.yaml",
      ])
    let checked = try checkPolicy(documents)
    #expect(checked.warnings.isEmpty)
    let policy = checked.policy
    #expect(policy.zone.name == "Europe/Berlin")
    let reviewers = policy.entitlements.values.map { entitlement in
      "\(entitlement.name): \(entitlement.review.steps.map(\.from.text).joined(separator: ", "))"
    }
    #expect(reviewers.contains("orders-write: dba, orders-owners, security"))
    #expect(reviewers.contains("staging-read: "))
    let carol = try #require(Principal("carol"))
    #expect(
      policy.entitlements(for: carol).map(\.name.text) == [
        "orders-emergency", "orders-write", "production-read", "reports-read", "staging-read",
        "staging-write",
      ])
  }

  @Test("the example of the design becomes the policy that it says")
  func design() throws {
    let checked = try checkPolicy([Samples.golden("supported.yaml")])
    #expect(checked.warnings.isEmpty)
    let policy = checked.policy

    let dba = Party.group(try #require(GroupName("dba")))
    #expect(policy.groups.count == 5)
    #expect(policy.authorities[.operate] == [dba])
    let olga = try #require(Principal("olga"))
    #expect(policy.signers[olga]?.first?.text.hasSuffix("OQ8PvRjG6") == true)

    let name = try #require(DatabaseName("orders_PROD"))
    let admin = try #require(CredentialName("orders-admin"))
    #expect(
      policy.databases == [
        name: Database(
          name: name, uid: try #require(DatabaseUID("db-01JD3ZK8")), environment: .production,
          access: DatabaseAccess(
            engine: .postgresql, endpoint: Endpoint(host: "db1.internal", port: 5432),
            dbname: "orders", sslmode: .verifyFull, sslrootcert: "/etc/jit/db-ca.crt",
            admin: AdminLogin(user: "jit_broker", proof: .password(admin))),
          client: Endpoint(host: "db1.example.com", port: 5432),
          accept: [.createroleIsSuperuser])
      ])

    let read = try #require(RoleName("read"))
    let write = try #require(RoleName("write"))
    #expect(policy.roles[read]?.writes == false)
    #expect(policy.roles[write]?.writes == true)
    #expect(policy.roles[write]?.postgresql.memberOf == ["orders_read", "orders_write"])

    let entitlement = try #require(EntitlementName("orders-write"))
    #expect(
      policy.entitlements == [
        entitlement: Entitlement(
          name: entitlement, requesters: [.group(try #require(GroupName("backend")))],
          databases: [name], roles: [write], maxDuration: try #require(TimeSpan("1h")),
          reason: ReasonRule(
            required: true, pattern: "(INC|CHG)-[0-9]+",
            prompt: "Incident or change, and what you will do"),
          review: .steps([
            ReviewStep(from: dba, count: 1),
            ReviewStep(from: .group(try #require(GroupName("orders-owners"))), count: 1),
          ]),
          reviewWithin: try #require(TimeSpan("4h")),
          activateWithin: try #require(TimeSpan("1h")), sessions: 4, residue: .keep)
      ])
  }

  @Test("what is left out has its default")
  func defaults() throws {
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: policyText())])
    #expect(policy.zone.name == "UTC")
    let database = try #require(policy.databases.values.first)
    #expect(database.access.endpoint.port == 5432)
    #expect(database.access.sslmode == .verifyFull)
    #expect(database.client == nil)
    #expect(database.accept.isEmpty)
    let entitlement = try #require(policy.entitlements.values.first)
    #expect(entitlement.reason == ReasonRule(required: true, pattern: nil, prompt: nil))
    #expect(entitlement.reviewWithin == TimeSpan("4h"))
    #expect(entitlement.activateWithin == TimeSpan("1h"))
    #expect(entitlement.sessions == 4)
    #expect(entitlement.residue == .keep)
    #expect(entitlement.review.steps.map(\.count) == [1])
    #expect(entitlement.requesters.map(\.text) == ["backend", "dana"])
  }

  @Test(
    "without sslmode the server is verified, except on this host",
    arguments: [
      ("db1.internal", TLSMode.verifyFull), ("10.0.0.1", .verifyFull), ("localhost", .prefer),
      ("127.0.0.1", .prefer), ("\"::1\"", .prefer), ("/run/postgresql", .prefer),
      ("localhost.example.com", .verifyFull),
    ])
  func sslmode(host: String, expected: TLSMode) throws {
    let text = policyText(connection: "{ host: \(host), dbname: orders }")
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    #expect(policy.databases.values.map(\.access.sslmode) == [expected])
  }

  @Test("each way of proving oneself is read")
  func proofs() throws {
    let certificate = policyText(
      admin: "{ user: jit_broker, certificate: /etc/jit/a.crt, key: /etc/jit/a.key }")
    let peer = policyText(
      connection: "{ host: /run/postgresql, dbname: orders }",
      admin: "{ user: jit_broker, peer: true }")
    let proofs = try [certificate, peer].flatMap { text in
      try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
        .databases.values.map(\.access.admin.proof)
    }
    #expect(proofs == [.certificate(path: "/etc/jit/a.crt", key: "/etc/jit/a.key"), .peer])
  }

  @Test("no files, and a file of comments, are the policy that allows nothing")
  func nothing() throws {
    #expect(try parsePolicy([]) == Policy())
    #expect(try parsePolicy([PolicyDocument(name: "p.yaml", text: "# later\n")]) == Policy())
  }
}

extension ReviewRule {
  var steps: [ReviewStep] {
    switch self {
    case .automatic, .afterwards: []
    case .steps(let steps): steps
    }
  }
}
