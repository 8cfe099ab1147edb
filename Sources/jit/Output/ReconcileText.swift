import AccessAPI
import AccessCore

/// A line for each thing in which a database and the grants did not agree.
func reconcileText(_ round: ReconcileView, paint: Paint) -> String {
  let rows = round.databases.flatMap { server in
    server.findings.map { finding in
      [
        Cell(server.database.inert), Cell(finding.role.inert), Cell((finding.request ?? "-").inert),
        Cell(finding.kind.inert, shown: paint.red(finding.kind.inert)), Cell(finding.found.inert),
        Cell(finding.done.inert),
      ]
    }
  }
  guard rows.isEmpty else {
    return columns(["DATABASE", "ROLE", "GRANT", "KIND", "FOUND", "DONE"], rows, paint: paint)
  }
  let reached = round.databases.filter { $0.unreached == nil }
  return reached.isEmpty
    ? "" : "in order: \(list(reached.map(\.database.inert)))\n"
}
