import AccessAPI
import AccessCore

extension ResidueReportView {
  var text: String {
    if residue.isEmpty {
      return "\(roleName.inert) has left nothing behind on \(database.inert)\n"
    }
    let next =
      state == "stuck"
      ? "next: jit admin residue \(id.inert) --drop, or --give-to ROLE\n" : ""
    return list + next
  }

  var list: String {
    "\(roleName.inert) has left behind on \(database.inert):\n"
      + residue.map { "  \($0.words)\n" }.joined()
  }
}

extension RequestView {
  /// What a decision about residue has come to so far.
  func afterDecisionText(_ paint: Paint, now: Timestamp) -> String {
    guard let grant else { return "" }
    return "decided about \(id.inert)\n" + grant.text(paint: paint, now: now)
  }
}
