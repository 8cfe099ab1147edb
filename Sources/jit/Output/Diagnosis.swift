import AccessAPI
import AccessCore

/// One thing that was looked at.
struct Finding: Equatable {
  let check: String
  let state: String
  /// What to do; nil when it is in order.
  let hint: String?

  var isFine: Bool { hint == nil }

  init(_ check: String, _ state: String, hint: String? = nil) {
    (self.check, self.state, self.hint) = (check, state, hint)
  }
}

/// What a broker's answers say about it.
func diagnose(
  _ status: StatusView, _ whoami: WhoamiView, at address: String, now: Timestamp
) -> [Finding] {
  [
    Finding("broker", "reached at \(address)"), issuing(status), ledger(status, now: now),
    history(status.scrub, now: now), clock(status, now: now), grants(status),
    drift(status),
    lockdown(status), log(status),
    Finding("you", "\(whoami.principal), known by \(whoami.method)"),
  ]
}

private func issuing(_ status: StatusView) -> Finding {
  guard let reason = status.issuingStopped else { return Finding("access", "is given") }
  return Finding(
    "access", "revoke-only: \(reason)", hint: "live grants still end on time; mend the cause")
}

private func ledger(_ status: StatusView, now: Timestamp) -> Finding {
  let age = status.newestAt.flatMap(Timestamp.init(_:)).map {
    ", the newest \(span(milliseconds: max(0, now - $0))) ago"
  }
  let state = "\(status.origin), \(status.entries) entries\(age ?? "")"
  guard let reason = status.ledgerUnwritable else { return Finding("ledger", state) }
  return Finding("ledger", "\(state), unwritable: \(reason)", hint: "make room, or mend the disk")
}

private func history(_ scrub: StatusView.Scrub, now: Timestamp) -> Finding {
  if let flaw = scrub.flaw {
    return Finding(
      "history", flaw,
      hint: "keep a copy of the state, then put a verified backup back (jit admin restore)")
  }
  if scrub.checked < scrub.size || scrub.finishedAt == nil {
    let percent = scrub.size > 0 ? scrub.checked * 100 / scrub.size : 0
    return Finding("history", "being verified: \(percent) % of \(scrub.size) entries")
  }
  return Finding(
    "history", "\(scrub.size) entries verified, \(moment(scrub.finishedAt ?? "", now: now))")
}

private func clock(_ status: StatusView, now: Timestamp) -> Finding {
  guard let theirs = Timestamp(status.now) else {
    return Finding("clock", "not understood: \(status.now)", hint: "update jit")
  }
  let apart = abs(now - theirs)
  return Finding(
    "clock", "\(apart) ms from the broker's",
    hint: apart > 2_000 ? "set the clocks of this host and of the broker's by NTP" : nil)
}

private func grants(_ status: StatusView) -> Finding {
  Finding(
    "grants", "\(status.liveGrants) live, \(status.stuckGrants) stuck",
    hint: status.stuckGrants > 0 ? "jit grants tells what is in the way of their end" : nil)
}

private func drift(_ status: StatusView) -> Finding {
  var words: [String] = []
  if status.driftingGrants > 0 {
    words.append("\(count(status.driftingGrants, "role")) not as made")
  }
  if status.strangeRoles > 0 {
    words.append("\(count(status.strangeRoles, "role")) like ours and not ours")
  }
  guard !words.isEmpty else { return Finding("roles", "as they were made") }
  return Finding(
    "roles", list(words), hint: "jit admin reconcile --dry-run tells which, and what is wrong")
}

private func log(_ status: StatusView) -> Finding {
  guard status.logLinesDropped > 0 else { return Finding("log", "no line was dropped") }
  return Finding(
    "log", "\(count(Int(status.logLinesDropped), "line")) dropped since the broker's start",
    hint: "see who reads jitd's standard error; the ledger is not touched by that")
}

private func lockdown(_ status: StatusView) -> Finding {
  guard !status.lockdowns.isEmpty else { return Finding("lockdown", "none") }
  return Finding(
    "lockdown", status.lockdowns.map(\.words).joined(separator: "; "),
    hint: "another person lifts it: \(list(status.lockdowns.map { "`\($0.liftCommand)`" }))")
}

func findingTable(_ findings: [Finding], paint: Paint) -> String {
  columns(
    ["", "CHECK", "STATE", "WHAT TO DO"],
    findings.map { finding in
      let mark = finding.isFine ? "ok" : "!!"
      return [
        Cell(mark, shown: finding.isFine ? mark : paint.red(mark)), Cell(finding.check),
        Cell(finding.state.inert), Cell(finding.hint ?? ""),
      ]
    }, paint: paint)
}

extension [Finding] {
  /// `[{"check":…,"hint":…,"ok":…,"state":…}]`
  var json: JSON {
    .array(
      map { finding in
        .object([
          "check": .string(finding.check), "ok": .bool(finding.isFine),
          "state": .string(finding.state), "hint": finding.hint.map { .string($0) } ?? .null,
        ])
      })
  }
}
