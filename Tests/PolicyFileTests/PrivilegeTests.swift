import AccessCore
import Testing

@testable import PolicyFile

@Suite("Privileges in a policy")
struct PrivilegeTests {
  @Test("each rule becomes what it says")
  func rules() throws {
    let policy = try parsePolicy([
      document(
        """
        member_of: [app_connect]
              acts_as: orders_owner
              privileges:
                - { allow: [usage], on: schemas, in: [app] }
                - { allow: [select, insert], on: tables, in: [public, app], future: [orders_owner] }
                - { allow: [update], on: columns, in: [app], only: [customers], columns: [id, name] }
                - { allow: [execute], on: routines, in: [app], only: [refund] }
        """)
    ])
    let name = try #require(RoleName("write"))
    let role = try #require(policy.roles[name])
    #expect(
      role.postgresql
        == PostgresScope(
          memberOf: ["app_connect"],
          privileges: [
            PrivilegeRule(allow: [.usage], on: .schemas, schemas: ["app"]),
            PrivilegeRule(
              allow: [.select, .insert], on: .tables, schemas: ["public", "app"],
              future: ["orders_owner"]),
            PrivilegeRule(
              allow: [.update], on: .columns, schemas: ["app"], only: ["customers"],
              columns: ["id", "name"]),
            PrivilegeRule(allow: [.execute], on: .routines, schemas: ["app"], only: ["refund"]),
          ], actsAs: "orders_owner"))
    #expect(role.writes)
  }

  @Test("a database may have a login for apply")
  func applier() throws {
    let text = policyText(more: #"apply: { user: jit_apply, password: "credential:orders-apply" }"#)
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    #expect(
      policy.databases.values.first?.applier
        == AdminLogin(
          user: "jit_apply", proof: .password(try #require(CredentialName("orders-apply")))))
  }

  @Test("a password of it in the policy is refused and not repeated")
  func secret() {
    let found = diagnostics(
      of: policyText(more: #"apply: { user: jit_apply, password: "hunter2" }"#))
    #expect(found.contains { $0.message == "a password must not stand in a policy" })
    #expect(!transcript(found).contains("hunter2"))
  }

  private func document(_ postgresql: String) -> PolicyDocument {
    PolicyDocument(
      name: "p.yaml",
      text: """
        roles:
          write:
            postgresql:
              \(postgresql)
        """)
  }
}
