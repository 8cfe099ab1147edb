import AccessAPI
import AccessCore

/// A table of the checks, under each that is not in order what mends it, and the least admin.
func preflightText(_ report: PreflightView, paint: Paint) -> String {
  let rows = report.checks.map { check in
    [
      Cell(check.word, shown: check.isFine ? check.word : paint.red(check.word)),
      Cell(check.check.inert), Cell(check.found.inert), Cell(check.why.inert),
    ]
  }
  let mending = report.checks.filter { !$0.sql.isEmpty }.map { check in
    "\n\(paint.bold("-- \(check.check.inert)"))\n\(statements(check.sql))"
  }
  return "\(report.database.inert): PostgreSQL \(report.serverVersion.inert)\n\n"
    + columns(["", "CHECK", "FOUND", "WHY IT MATTERS"], rows, paint: paint)
    + (mending.isEmpty ? "" : "\nWhat mends it:\n" + mending.joined())
    + "\nThe least that the broker's login needs, made by a superuser:\n\n"
    + statements(report.leastAdmin)
}

/// As `psql` takes them.
func statements(_ sql: [String]) -> String {
  sql.map { $0.hasPrefix("--") ? "\($0.inertLines)\n" : "\($0.inertLines);\n" }.joined()
}

extension String {
  /// Inert, and still several lines where it was.
  fileprivate var inertLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map(\.inert).joined(separator: "\n")
  }
}

extension PreflightView.Check {
  fileprivate var isFine: Bool { status == "ok" || accepted == true }

  fileprivate var word: String {
    switch status {
    case "ok": "ok"
    case "danger" where accepted == true: "accepted"
    default: status.inert
    }
  }
}
