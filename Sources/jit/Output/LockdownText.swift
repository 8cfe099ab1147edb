import AccessAPI
import AccessCore

extension LockdownReportView {
  /// What is locked or lifted, and what became of the grants in its range.
  func text(paint: Paint) -> String {
    if lifted { return "lifted the lockdown of \(lockdown.words)\n" }
    var states: [String: Int] = [:]
    for grant in grants { states[grant.grant?.state.inert ?? "ended", default: 0] += 1 }
    let ended = states.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let isOver = states.keys.allSatisfy { $0 == "ended" }
    return "\(paint.red("locked down")) \(lockdown.words)\n"
      + (grants.isEmpty ? "no grant was live in it\n" : "grants: \(list(ended))\n")
      + (isOver ? "" : "next: jit grants\n")
  }
}

extension LockdownView {
  /// `everything, since 2026-03-01T09:30:00.000Z by sam`
  var words: String { "\(range), since \(since.inert) by \(by.inert)" }

  var liftCommand: String {
    let option =
      person.map { "--person \($0.inert) " } ?? database.map { "--database \($0.inert) " }
      ?? role.map { "--role \($0.inert) " } ?? ""
    return "jit admin lockdown \(option)--lift"
  }

  private var range: String {
    person.map { "the person \($0.inert)" } ?? database.map { "the database \($0.inert)" }
      ?? role.map { "the role \($0.inert)" } ?? "everything"
  }
}
