import AccessAPI
import AccessCore
import Testing

@testable import jit

@Suite("jit doctor")
struct DiagnosisTests {
  private let now = Timestamp("2026-03-01T09:30:00.000Z")
  private let whoami = WhoamiView(
    principal: "dana", method: "peer", groups: ["dba"], authorities: ["operate"])

  private func status() -> StatusView {
    StatusView(
      now: "2026-03-01T09:30:00.250Z", issuingStopped: nil, origin: "jit.example.com/prod#1",
      entries: 1_200, newestAt: "2026-03-01T09:28:00.000Z", ledgerUnwritable: nil, liveGrants: 3,
      stuckGrants: 0, driftingGrants: 0, strangeRoles: 0,
      scrub: .init(checked: 1_000, size: 1_000, finishedAt: "2026-03-01T09:00:00.000Z", flaw: nil))
  }

  private func findings(
    _ change: (inout StatusView) -> Void = { _ in }
  ) throws -> [Finding] {
    var status = status()
    change(&status)
    return diagnose(status, whoami, at: "unix:///run/jit/jitd.sock", now: try #require(now))
  }

  @Test("a broker in order")
  func fine() throws {
    let findings = try findings()
    #expect(findings.filter { !$0.isFine } == [])
    try expectGolden(findingTable(findings, paint: .plain), "doctor")
  }

  @Test("a broker in trouble says what to do about each")
  func trouble() throws {
    let findings = try findings { status in
      status.now = "2026-03-01T10:30:00.000Z"
      status.issuingStopped = "entry 7 is not what was signed"
      status.ledgerUnwritable = "database or disk is full"
      status.stuckGrants = 1
      status.lockdowns = [
        LockdownView(
          person: nil, database: nil, role: "write", since: "2026-03-01T09:00:00.000Z", by: "sam")
      ]
      status.driftingGrants = 2
      status.strangeRoles = 1
      status.scrub.flaw = "entry 7 is not what was signed"
      status.logLinesDropped = 12
    }
    #expect(
      findings.filter { !$0.isFine }.map(\.check)
        == ["access", "ledger", "history", "clock", "grants", "roles", "lockdown", "log"])
    try expectGolden(findingTable(findings, paint: .plain), "doctor-trouble")
  }

  @Test("a scrub under way is no trouble")
  func underWay() throws {
    let findings = try findings { status in
      status.scrub.checked = 450
      status.scrub.finishedAt = nil
    }
    #expect(findings.filter { !$0.isFine } == [])
    #expect(findings.map(\.state).contains("being verified: 45 % of 1000 entries"))
  }
}
