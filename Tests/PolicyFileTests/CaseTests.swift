import AccessCore
import Testing

@testable import PolicyFile

@Suite("Tests of policies")
struct CaseTests {
  private static let policy = policyText(
    entitlement: """
      reason: { pattern: "INC-[0-9]+" }
        orders-look: { requesters: [bob], databases: [orders_PROD], roles: [read], max_duration: 1h, review: none }
      """,
    top: """
      break_glass:
        glass: { requesters: [alice], databases: [orders_PROD], roles: [read], max_duration: 1h, reviewed_by: dba }
      """)

  /// Not SHA-256, but nothing here looks at digests.
  private static let sha256: SHA256Function = { bytes in
    guard let digest = Digest(bytes: Array(repeating: UInt8(bytes.count % 256), count: 32)) else {
      preconditionFailure("32 bytes are a digest")
    }
    return digest
  }

  private func read(_ text: String) throws -> [PolicyCase] {
    try parseCases([PolicyDocument(name: "t.yaml", text: text)], in: .utc)
  }

  /// A case that is right, with other lines at its end.
  private static func text(
    _ lines: String, reason: String = "INC-1 x", who: String = "alice",
    db: String = "orders_PROD", role: String = "read"
  ) -> String {
    """
    tests:
      a case:
        as: \(who)
        db: \(db)
        role: \(role)
        for: 30m
        reason: \(reason)
        at: 2026-06-10 10:00
        \(lines.split(separator: "\n").joined(separator: "\n    "))
    """
  }

  struct Case: Sendable {
    let text: String
    let failures: [String]

    init(_ text: String, _ failures: String...) { (self.text, self.failures) = (text, failures) }
  }

  static let outcomes: [Case] = [
    Case(text("expect: allowed")),
    Case(text("expect: allowed\nby: orders-read\nneeds: { dba: 1 }\napproved_by: [drew]")),
    Case(text("expect: allowed\nnot_approved_by: [alice, bob]")),
    // Nobody reviews their own request.
    Case(text("expect: allowed\nnot_approved_by: [dana]", who: "dana")),
    Case(text("expect: refused\nbecause: not-entitled", who: "drew")),
    Case(text("expect: refused\nbecause: reason-mismatch", reason: "please")),
    Case(text("break_glass: true\nexpect: allowed\nby: glass\nneeds: none")),
    Case(text("break_glass: true\nexpect: refused\nbecause: not-entitled", who: "bob")),
    Case(
      text("expect: allowed", who: "drew"),
      "expected allowed, but not-entitled: no rule lets drew ask for read on orders_PROD"),
    Case(text("expect: refused"), "expected refused, but orders-read allows it"),
    Case(
      text("expect: refused\nbecause: frozen", reason: "please"),
      "expected because frozen, but reason-mismatch: the reason must contain a match of INC-[0-9]+"),
    Case(
      text("expect: allowed\nby: orders-look\nneeds: none"),
      "expected by orders-look, but it is by orders-read",
      "expected needs no review, but it needs 1 of dba"),
    Case(
      text("expect: allowed\nneeds: { dba: 2 }\napproved_by: [bob]\nnot_approved_by: [dana]"),
      "expected needs 2 of dba, but it needs 1 of dba",
      "bob are not enough: it needs 1 of dba",
      "dana are enough, but should not be: it needs 1 of dba"),
    // What is misspelt is refused anyway: such a case would pass whatever the policy says.
    Case(
      text("expect: refused", who: "alcie"),
      "there is no person \"alcie\"; did you mean \"alice\"?"),
    Case(
      text("expect: refused", db: "orders_PRD"),
      "there is no database \"orders_PRD\"; did you mean \"orders_PROD\"?"),
    Case(text("expect: refused", role: "superuser"), "there is no role \"superuser\""),
    Case(
      text("expect: refused\nentitlement: orders-raed"),
      "there is no entitlement \"orders-raed\"; did you mean \"orders-read\"?"),
    Case(
      text("expect: allowed\nby: other\nneeds: { leads: 1 }\nnot_approved_by: [dina]"),
      "there is no person \"dina\"; did you mean \"dana\"?", "there is no entitlement \"other\"",
      "there is no group or person \"leads\""),
  ]

  @Test("a case fails just where it comes out otherwise, and says how", arguments: outcomes)
  func outcome(_ item: Case) throws {
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: Self.policy)])
    let test = try #require(try read(item.text).first)
    #expect(test.name == "a case")
    #expect(test.place == "t.yaml:2:3")
    #expect(test.failures(under: policy, sha256: Self.sha256) == item.failures)
  }

  @Test(
    "what is wrong with a case is said with its place",
    arguments: [
      ("expect: maybe", "error: \"maybe\" is not an outcome"),
      ("expect: refused\nby: x", "error: \"by\" does not go with \"refused\""),
      ("expect: allowed\nbecause: frozen", "error: \"because\" does not go with \"allowed\""),
      ("expect: refused\nbecause: cold", "error: \"cold\" is not a refusal"),
      ("expect: allowed\nneeds: { dba: many }", "expected a number from 1 to 20, found \"many\""),
      ("expect: allowed\napproved_bye: [dana]", "error: unknown key \"approved_bye\""),
      ("by: orders-read", "error: \"expect\" is missing"),
    ])
  func wrong(lines: String, message: String) throws {
    let error = #expect(throws: PolicyErrors.self) { try read(Self.text(lines)) }
    #expect(error?.description.contains(message) == true)
    #expect(error?.description.hasPrefix("t.yaml:") == true)
  }

  @Test("the tests that the project ships pass, and do not where nothing is allowed")
  func shipped() throws {
    let policy = try parsePolicy(readPolicyDocuments(directory: Samples.policies))
    let cases = try parseCases(
      readPolicyDocuments(directory: Samples.policies + "/tests"), in: policy.zone)
    #expect(cases.count >= 15)
    for test in cases {
      #expect(test.failures(under: policy, sha256: Self.sha256).isEmpty, "\(test.name)")
    }
    var nothing = policy
    nothing.entitlements = [:]
    #expect(cases.contains { !$0.failures(under: nothing, sha256: Self.sha256).isEmpty })
  }
}
