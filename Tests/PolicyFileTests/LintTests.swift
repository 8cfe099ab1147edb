import Testing

@testable import PolicyFile

@Suite("What can be read, and yet is hardly meant")
struct LintTests {
  /// A sound policy; each part may be replaced, and more may be added to its sections.
  private static func policy(
    group: String = "", rule: String = "", more: String = "", top: String = ""
  ) -> String {
    """
    groups:
      backend: { members: [alice, bob] }
      dba: { members: [dana, drew] }
      \(group)
    databases:
      orders_PROD: { uid: db-1, environment: production, engine: postgresql, connection: { host: db1, dbname: orders }, admin: { user: jit_broker, password: "credential:orders" } }
      stock_STAGING: { uid: db-2, environment: staging, engine: postgresql, connection: { host: db2, dbname: stock }, admin: { user: jit_broker, password: "credential:stock" } }
    roles:
      read: { writes: false, postgresql: { member_of: [app_read] } }
      write: { postgresql: { member_of: [app_write] } }
    entitlements:
      prod:
        \(rule.isEmpty ? sound : rule)
      \(more)
    authorities: { operate: [dba] }
    \(top)
    """
  }

  private static let sound =
    "{ requesters: [backend], databases: [orders_PROD], roles: [write], max_duration: 1h, review: [{ from: dba }] }"

  private static func rule(
    _ change: String, roles: String = "write", max: String = "1h", who: String = "backend"
  ) -> String {
    "{ requesters: [\(who)], databases: [orders_PROD], roles: [\(roles)], max_duration: \(max), \(change) }"
  }

  private static func step(_ when: String, _ more: String = "") -> String {
    rule("review: [{ from: dba }, { from: dba, when: \(when) }]\(more)")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let found: [String]

    init(_ name: String, _ text: String, _ found: String...) {
      (testDescription, self.text, self.found) = (name, text, found)
    }
  }

  private static let nights = "windows: { night: { from: 22:00, to: 06:00 } }"
  private static let idleStep =
    "warning: no request by this entitlement can meet this, so nobody is asked"

  static let cases: [Case] = [
    Case("nothing", policy()),
    Case(
      "a group that no rule names", policy(group: "ghosts: { members: [gus] }"),
      "warning: no rule names the group \"ghosts\""),
    Case(
      "a group that only makes a person known",
      policy(
        group: "others: { members: [carol] }",
        more:
          "look: { requesters: [carol], databases: [stock_STAGING], roles: [read], max_duration: 1h, review: none }"
      )),
    Case(
      "an empty group", policy(group: "ghosts: { members: [] }"), "error: the list is empty"),
    Case(
      "a step that nobody can fill", policy(rule: rule("review: [{ from: dba, count: 3 }]")),
      "error: needs 3 people, but \"dba\" has 2"),
    Case(
      "steps that nobody can fill together",
      policy(rule: rule("review: [{ from: dba, count: 2 }, { from: drew }]")),
      "error: the steps need 3 different people, but only 2 can review"),
    Case(
      "requesters as the only reviewers",
      policy(rule: rule("review: [{ from: alice }]", who: "alice")),
      "error: no request could ever be approved: too few others can review"),
    Case(
      "one of the requesters as the only reviewer", policy(rule: rule("review: [{ from: alice }]")),
      "warning: requests of \"alice\" could never be approved: too few others can review"),
    Case(
      "a window that nothing names", policy(top: nights),
      "warning: nothing names the window \"night\""),
    Case(
      "a freeze on a role that nobody may ask for",
      policy(top: "freezes: { f: { from: 2026-01-01, to: 2026-01-02, roles: [read] } }"),
      "warning: this freeze lies on nothing that anybody may ask for"),
    Case(
      "a freeze that excepts all there is",
      policy(top: "freezes: { f: { from: 2026-01-01, to: 2026-01-02, except: [prod] } }"),
      "warning: this freeze lies on nothing that anybody may ask for"),
    Case(
      "a freeze on production",
      policy(
        top: "freezes: { f: { from: 2026-01-01, to: 2026-01-02, environments: [production] } }")),
    Case(
      "changes of production without review", policy(rule: rule("review: none")),
      "warning: production can be changed without review"),
    Case("looking without review", policy(rule: rule("review: none", roles: "read"))),
    Case(
      "nine hours", policy(rule: rule("review: [{ from: dba }]", max: "9h")),
      "warning: more than 8h on production"),
    Case("eight hours", policy(rule: rule("review: [{ from: dba }]", max: "8h"))),
    Case(
      "a step for another environment", policy(rule: step("{ environments: [staging] }")), idleStep),
    Case("a step for another role", policy(rule: step("{ roles: [read] }")), idleStep),
    Case("a step for emergencies", policy(rule: step("{ break_glass: true }")), idleStep),
    Case("a step for all but emergencies", policy(rule: step("{ break_glass: false }"))),
    Case(
      "ten hours of emergency",
      policy(
        top:
          "break_glass: { glass: { requesters: [backend], databases: [orders_PROD], roles: [write], max_duration: 10h, reviewed_by: dba } }"
      ),
      "warning: more than 8h on production"),
    Case(
      "the same emergency again",
      policy(
        top: """
          break_glass:
            glass: { requesters: [backend], databases: [orders_PROD], roles: [write], max_duration: 1h, reviewed_by: dba }
            more: { requesters: [alice], databases: [orders_PROD], roles: [write], max_duration: 1h, reviewed_by: dba }
          """),
      "warning: adds nothing to \"glass\""),
    Case("a step for more than there is", policy(rule: step("{ longer_than: 1h }")), idleStep),
    Case("a step for less than there is", policy(rule: step("{ longer_than: 59m }"))),
    Case(
      "a step outside the only window",
      policy(rule: step("{ outside: [night] }", ", windows: [night]"), top: nights), idleStep),
    Case(
      "one of two conditions",
      policy(rule: step("[{ roles: [read] }, { first_time: true }]"))),
    Case(
      "a window that is always frozen",
      policy(
        rule: rule("review: [{ from: dba }], windows: [night]"),
        top: nights + "\nfreezes: { f: { during: [night] } }"),
      "error: nobody could ever use this: freezes lie on all of its time"),
    Case(
      "a window that is frozen on Fridays",
      policy(
        rule: rule("review: [{ from: dba }], windows: [night]"),
        top: """
          windows: { night: { from: 22:00, to: 06:00 }, fridays: { days: [fri], from: 00:00, to: 24:00 } }
          freezes: { f: { during: [fridays] } }
          """)),
    Case(
      "the same again", policy(more: "prod-again: \(sound)"), "warning: adds nothing to \"prod\""),
    Case(
      "less of the same",
      policy(
        more:
          "a-part: { requesters: [alice], databases: [orders_PROD], roles: [write], max_duration: 30m, review: [{ from: dba }] }"
      ), "warning: adds nothing to \"prod\""),
    Case(
      "less of the same with another review",
      policy(
        more:
          "a-part: { requesters: [alice], databases: [orders_PROD], roles: [write], max_duration: 30m, review: [{ from: drew }] }"
      )),
    Case(
      "more of the same",
      policy(
        more:
          "whole: { requesters: [backend], databases: [orders_PROD, stock_STAGING], roles: [write], max_duration: 1h, review: [{ from: dba }] }"
      ), "warning: adds nothing to \"whole\""),
    Case(
      "a pattern that takes other engines for ever",
      policy(rule: rule("review: [{ from: dba }], reason: { pattern: \"(x+)+y\" }"))),
    Case(
      "all errors at once, and no warnings beside them",
      policy(
        group: "ghosts: { members: [gus] }",
        rule: rule("review: [{ from: dba }], windows: [night]"),
        more: "other: \(rule("review: none", roles: "wirte"))",
        top: nights + "\nfreezes: { f: { during: [night] } }"),
      "error: nobody could ever use this: freezes lie on all of its time",
      "error: there is no role \"wirte\""),
  ]

  @Test("each lint finds what it is for, and nothing else", arguments: cases)
  func lints(_ item: Case) {
    let diagnostics = diagnostics(of: item.text)
    let found = diagnostics.map { "\($0.severity.rawValue): \($0.message)" }
    #expect(found == item.found)
    #expect(diagnostics.allSatisfy { $0.position != nil && $0.hint != nil })
  }
}
