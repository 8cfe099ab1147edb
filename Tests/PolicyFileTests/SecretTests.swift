import Testing

@testable import PolicyFile

@Suite("A password in a policy")
struct SecretTests {
  @Test(
    "is refused and never shown",
    arguments: [
      "password: hunter2", "password: \"hunter2\"", "password: [hunter2]",
      "password: { value: hunter2 }", "password: credential:hunter2!", "password: |\n hunter2",
      "password: \"hunter2\\n\"", "password: !secret hunter2", "password: &p hunter2",
      "password: hunter2, peer: true", "key: hunter2, password: hunter2", "pasword: hunter2",
      "password: Credential:hunter2", "password: 'hunter2",
    ])
  func secret(proof: String) {
    let found = diagnostics(of: policyText(admin: "{ user: jit_broker, \(proof) }"))
    #expect(found.contains { $0.severity == .error })
    #expect(!transcript(found).contains("hunter2"))
  }

  @Test("says what to write instead")
  func advice() {
    let found = diagnostics(of: policyText(admin: "{ user: jit_broker, password: hunter2 }"))
    #expect(
      transcript(found) == """
        p.yaml:10:42: error: a password must not stand in a policy
          Put it into a file of the credentials directory and write "credential:NAME".

        """)
  }
}
