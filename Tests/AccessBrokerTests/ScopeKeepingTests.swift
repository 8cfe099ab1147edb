import AccessCore
import AccessTesting
import Testing

@testable import AccessBroker

@Suite("Scopes that the broker keeps")
struct ScopeKeepingTests {
  private static let policy =
    testPolicy
    .replacing(
      "postgresql: { member_of: [app_write] }",
      with: "postgresql: { privileges: [{ allow: [insert], on: tables, in: [public] }] }"
    )
    .replacing(
      "    admin: { user: jit_broker, password: \"credential:orders\" }\n",
      with: """
            admin: { user: jit_broker, password: "credential:orders" }
            apply: { user: jit_apply, password: "credential:apply" }

        """)

  private func plan(
    roles: [String] = ["CREATE ROLE s NOLOGIN"], obstacles: [String] = [], server: String
  ) -> ScopePlan {
    ScopePlan(
      systemIdentifier: server, roles: roles, privileges: ["GRANT INSERT ON TABLE t TO s"],
      drift: [ScopeDrift(scope: "s", direction: .missing, what: "INSERT on TABLE t")],
      obstacles: obstacles, owners: ["orders_owner"])
  }

  @Test("the intent is on disk before the first statement, and what came of it after the last look")
  func order() async throws {
    let test = try await TestBroker(policy: Self.policy)
    let wanted = plan(server: test.orders.systemIdentifier)
    await test.orders.lack(wanted)
    #expect(try await test.broker.applyScopes("orders_PROD", by: person("olga")) == wanted)
    #expect(
      try await test.journal.history().dropFirst(2) == [
        "> plan", "scopes.applying", "> makeRoles", "> changePrivileges", "> plan",
        "scopes.applied",
      ])
    guard case .scopesApplied(let applied) = try await test.entries().last?.event else {
      Issue.record("the last entry is another")
      return
    }
    #expect(applied.failed == nil)

    let again = try await test.broker.applyScopes("orders_PROD", by: root)
    #expect(again.statements == [])
    #expect(
      try await test.count(.scopesApplying) == 1, "nothing was to be done, nothing is written")
  }

  @Test("what stands in the way, no login for it, or no authority: then nothing is changed")
  func refused() async throws {
    let test = try await TestBroker(policy: Self.policy)
    let server = test.orders.systemIdentifier
    await test.orders.lack(plan(obstacles: ["there is no schema app"], server: server))
    await test.stock.lack(plan(server: test.stock.systemIdentifier))
    await expectRefusal(.wrongState) {
      try await test.broker.applyScopes("orders_PROD", by: person("olga"))
    }
    await expectRefusal(.wrongState) { try await test.broker.applyScopes("stock_PROD", by: root) }
    for who in ["alice", "dana", "sam", "audrey"] {
      await expectRefusal(.notAuthorised) {
        try await test.broker.applyScopes("orders_PROD", by: person(who))
      }
    }
    await expectRefusal(.unknownDatabase) {
      try await test.broker.planScopes("orders_PRD", by: root)
    }
    #expect(try await test.count(.scopesApplying) == 0)
    for server in [test.orders, test.stock] {
      #expect(await server.calls(.makeRoles) == [])
      #expect(await server.calls(.changePrivileges) == [])
    }
  }

  @Test("a failure is an entry, and so is what is not in step after all")
  func failed() async throws {
    let test = try await TestBroker(policy: Self.policy)
    await test.orders.lack(plan(server: test.orders.systemIdentifier))
    await test.orders.fail(
      .changePrivileges, with: ProvisioningError(.refused, "permission denied"))
    await expectRefusal(.databaseRefused) {
      try await test.broker.applyScopes("orders_PROD", by: root)
    }
    #expect(try await test.lastFailure()?.contains("permission denied") == true)

    await test.orders.recover()
    await test.orders.lack(
      ScopePlan(
        systemIdentifier: test.orders.systemIdentifier, roles: ["CREATE ROLE s NOLOGIN"],
        privileges: [],
        drift: [ScopeDrift(scope: "s", direction: .missing, what: "INSERT on TABLE t")],
        obstacles: [], owners: []))
    await expectRefusal(.databaseRefused) {
      try await test.broker.applyScopes("orders_PROD", by: root)
    }
    #expect(try await test.lastFailure()?.contains("INSERT on TABLE t") == true)
  }

  @Test("a disk that refuses the intent stops it")
  func disk() async throws {
    let test = try await TestBroker(policy: Self.policy)
    await test.orders.lack(plan(server: test.orders.systemIdentifier))
    try test.breakDisk()
    await expectRefusal(.ledgerUnwritable) {
      try await test.broker.applyScopes("orders_PROD", by: root)
    }
    #expect(await test.orders.calls(.makeRoles) == [])
    try test.mendDisk()
  }
}

extension TestBroker {
  fileprivate func lastFailure() async throws -> String? {
    for entry in try await entries().reversed() {
      if case .scopesApplied(let applied) = entry.event { return applied.failed }
    }
    return nil
  }
}
