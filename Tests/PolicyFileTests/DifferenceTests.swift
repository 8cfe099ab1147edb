import AccessCore
import Testing

@testable import PolicyFile

@Suite("What changes when one policy takes the place of another")
struct DifferenceTests {
  private static let old = policyText(top: "authorities: { audit: [dba] }")

  private func lines(_ new: String, _ old: String = old) throws -> [String] {
    func policy(_ text: String) throws -> Policy {
      try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    }
    return try PolicyDifference(from: policy(old), to: policy(new)).changes.map { change in
      let people = change.people.map(\.text).joined(separator: " ")
      return "\(change.kind.rawValue) \(change.what) [\(people)]"
    }
  }

  /// A change of the text, and what it comes to.
  private static let changed: [(from: String, to: String, expected: [String])] = [
    (
      "[alice, bob]", "[alice, carol]",
      ["gained read on orders_PROD [carol]", "lost read on orders_PROD [bob]"]
    ),
    (
      "[dana, drew]", "[dana, erin]",
      [
        "gained reviews of orders-read [erin]", "lost reviews of orders-read [drew]",
        "gained the authority audit [erin]", "lost the authority audit [drew]",
      ]
    ),
    (
      "max_duration: 1h", "max_duration: 2h",
      ["changed orders-read: at most 1h, now at most 2h []"]
    ),
    (
      "review: [{ from: dba }]", "review: none",
      [
        "lost reviews of orders-read [dana drew]",
        "changed orders-read: review by 1 of dba, now no review []",
      ]
    ),
    (
      "review: [{ from: dba }]",
      "review: [{ from: dba }, { from: drew, when: { first_time: true } }]",
      [
        "changed orders-read: review by 1 of dba, now review by 1 of dba and 1 of drew if first time []"
      ]
    ),
    (
      "uid: db-1", "uid: db-2",
      ["changed orders_PROD is another database, db-2 in place of db-1 []"]
    ),
    ("[app_read]", "[app_write]", ["changed the role read gives something else []"]),
    (
      "{ postgresql:", "{ writes: false, postgresql:",
      ["changed the role read does not write any more []"]
    ),
    (
      "authorities:", "freezes: { f: { from: 2026-01-01, to: 2026-01-02 } }\nauthorities:",
      ["changed the freeze f is new []"]
    ),
    ("host: db1", "host: db9", ["changed orders_PROD is reached in another way []"]),
    (
      "  orders-read:\n", "  orders-look:\n",
      [
        "gained read on orders_PROD by orders-look [alice bob dana]",
        "lost read on orders_PROD by orders-read [alice bob dana]",
        "gained reviews of orders-look [dana drew]", "lost reviews of orders-read [dana drew]",
        "changed orders-look is new: at most 1h, review by 1 of dba []",
        "changed orders-read is gone []",
      ]
    ),
    // Nobody gains access by it, and yet one of them needs nobody any more.
    (
      "  orders-read:\n",
      "  backdoor: { requesters: [alice, drew], databases: [orders_PROD], roles: [read], max_duration: 8h, review: none }\n  orders-read:\n",
      [
        "gained read on orders_PROD [drew]", "gained read on orders_PROD by backdoor [alice]",
        "changed backdoor is new: at most 8h, no review []",
      ]
    ),
    (
      "max_duration: 1h", "max_duration: 1h\n    residue: drop",
      ["changed orders-read: residue: keep, now residue: drop []"]
    ),
    (
      "environment: production", "environment: staging\n    accept: [plain-connection]",
      [
        "changed orders_PROD is staging, no more production []",
        "changed orders_PROD accepts plain-connection []",
      ]
    ),
    (
      "authorities:",
      """
      break_glass:
        glass: { requesters: [alice], databases: [orders_PROD], roles: [read], max_duration: 5m, reviewed_by: dba }
      authorities:
      """,
      [
        "gained read on orders_PROD in an emergency [alice]", "gained reviews of glass [dana drew]",
        "changed glass is new: at most 5m, review by dba within 24h afterwards []",
      ]
    ),
  ]

  @Test("nothing, when they mean the same")
  func same() throws {
    #expect(try lines("# the same, written otherwise\n" + Self.old).isEmpty)
  }

  @Test("a window with other times is told for each rule that it is of")
  func times() throws {
    func policy(_ hour: String) -> String {
      policyText(
        entitlement: "windows: [day]",
        top: "windows: { day: { from: \(hour), to: 17:00 } }")
    }
    #expect(
      try lines(policy("10:00"), policy("09:00"))
        == ["changed orders-read: its windows have other times []"])
  }

  @Test(
    "who gains and who loses what is told, and what rules say otherwise",
    arguments: changed)
  func changes(from: String, to: String, expected: [String]) throws {
    #expect(try lines(Self.old.replacing(from, with: to)) == expected)
  }
}
