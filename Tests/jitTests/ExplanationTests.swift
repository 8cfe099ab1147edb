import AccessAPI
import AccessCore
import Testing

@testable import jit

@Suite("what people are told about rules, freezes and names")
struct ExplanationTests {
  @Test("a rule says yes with what it takes")
  func yes() {
    let need = NeedView(from: "dba", count: 1, have: 0, people: ["dana", "drew"])
    let said = ExplanationView(
      entitlement: "orders-write", maxDuration: "1h", objections: [], needs: [need],
      spared: ["1 of security, only if first time"], stopped: "the freeze year-end")
    #expect(
      said.text(paint: .plain) == """
        orders-write: yes, at most 1h
          needs    1 of dba: dana or drew
          spared   1 of security, only if first time
          stopped  the freeze year-end

        """)
  }

  @Test("a rule says no with every reason, and none of them acts on a terminal")
  func no() {
    let said = ExplanationView(
      entitlement: "orders-write", maxDuration: "1h",
      objections: ["it is for dba", "2h is\u{1B}[2J more than 1h"], needs: [], spared: [],
      stopped: nil)
    let text = said.text(paint: .plain)
    #expect(text.hasPrefix("orders-write: no\n  because  it is for dba\n  because  2h is"))
    #expect(!text.unicodeScalars.contains { $0.actsOnReader && $0 != "\n" })
  }

  @Test("a rule without review says so")
  func automatic() {
    let said = ExplanationView(
      entitlement: "orders-read", maxDuration: "8h", objections: [], needs: [], spared: [],
      stopped: nil)
    #expect(said.text(paint: .plain) == "orders-read: yes, at most 8h\n  needs    no review\n")
  }

  @Test("a request tells until when it is stopped, and what its database is easily taken for")
  func request() {
    var request = RequestView.sample()
    request.stopped = "the freeze year-end until 2026-03-02T00:00:00.000Z"
    request.lookAlikes = [
      LookAlikeView(database: "orders_prod", uid: "db-2", environment: "staging")
    ]
    for text in [
      request.submittedText(paint: .plain, now: now), request.dryRunText(paint: .plain, now: now),
      request.fullText(paint: .plain, now: now),
    ] {
      #expect(
        text.contains("not given now: the freeze year-end until 2026-03-02T00:00:00.000Z\n"))
      #expect(
        text.contains(
          "this is orders_PROD, PRODUCTION, uid db-1; not orders_prod, staging, uid db-2\n"))
    }
  }

  @Test("what was approved and may not be used now says why, and not to use it")
  func notNow() {
    var request = RequestView.sample(state: "approved")
    #expect(request.fullText(paint: .plain, now: now).hasSuffix("\nnext: jit connect 7F3K2QXW\n"))
    let need = NeedView(
      from: "security", count: 1, have: 0, people: ["sam"], when: "outside office-hours")
    request.needs = [NeedView(from: "dba", count: 1, have: 1, people: []), need]
    let later = request.fullText(paint: .plain, now: now)
    #expect(
      later.contains(
        """
          needs        1 of security (outside office-hours): sam
                       it was approved without; activation sends it back to review

        """))
    #expect(!later.contains("dba"))
    request.stopped = "the freeze year-end"
    #expect(!request.fullText(paint: .plain, now: now).contains("next:"))
    (request.stopped, request.lockdown) = (nil, "locked down")
    #expect(!request.fullText(paint: .plain, now: now).contains("next:"))
  }
}
