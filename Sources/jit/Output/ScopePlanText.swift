import AccessAPI
import AccessCore

/// In what the scopes are not as the policy has them, and the statements that change it.
func planText(_ plan: ScopePlanView, paint: Paint) -> String {
  if plan.isInStep { return "\(plan.database.inert): every scope is as the policy has it\n" }
  let obstacles = plan.obstacles.map { "\(paint.red("in the way")): \($0.inert)\n" }.joined()
  return "\(plan.database.inert): \(plan.summary)\n"
    + (plan.drift.isEmpty ? "" : "\n" + driftTable(plan.drift, paint))
    + (obstacles.isEmpty ? "" : "\n" + obstacles)
    + section("by the broker's own login", plan.roles, paint)
    + section("in one transaction, by the login under `apply:`", plan.privileges, paint)
}

func appliedText(_ plan: ScopePlanView, paint: Paint) -> String {
  let statements = plan.roles + plan.privileges
  let left = plan.drift.filter { $0.note != nil }
  let done =
    statements.isEmpty
    ? "\(plan.database.inert): nothing to be done\n"
    : "\(plan.database.inert): \(count(statements.count, "statement")) done\n"
  return done + (left.isEmpty ? "" : "\nleft as it is:\n" + driftTable(left, paint))
}

extension ScopePlanView {
  fileprivate var isInStep: Bool {
    drift.isEmpty && obstacles.isEmpty && roles.isEmpty && privileges.isEmpty
  }

  fileprivate var summary: String {
    let missing = drift.count { $0.direction == "missing" }
    return "\(missing) missing, \(drift.count - missing) too much"
  }
}

private func driftTable(_ drift: [ScopePlanView.Drift], _ paint: Paint) -> String {
  let rows = drift.map { drift in
    [
      Cell(drift.word, shown: drift.direction == "excess" ? paint.red(drift.word) : drift.word),
      Cell(drift.what.inert), Cell(drift.scope.inert), Cell(drift.note?.inert ?? ""),
    ]
  }
  return columns(["", "WHAT", "SCOPE", "NOT BY APPLY"], rows, paint: paint)
}

extension ScopePlanView.Drift {
  fileprivate var word: String { direction == "excess" ? "too much" : direction.inert }
}

private func section(_ title: String, _ sql: [String], _ paint: Paint) -> String {
  sql.isEmpty ? "" : "\n\(paint.bold("-- \(title)"))\n\(statements(sql))"
}
