import AccessCore
import PostgresClient

/// The roles that grants become members of.
func scopeChecks(
  _ facts: PreflightFacts, _ question: PreflightQuestion, _ plan: Connection.Planned?,
  _ sql: PreflightSQL
) throws(PostgresError) -> [PreflightCheck] {
  try existence(facts, question, sql) + keeping(question, plan)
    + givability(facts, question, sql) + [admission(facts, question, sql)]
    + [
      PreflightCheck(
        .scopeIsDangerous, facts.reach.dangers, otherwise: "no scope is more than its privileges",
        why: "whoever gets the scope could log in as it, make roles or read the server's files",
        sql: mending(.scopeIsDangerous, facts.reach, sql)),
      PreflightCheck(
        .scopeOwnsObjects, facts.reach.dangers, otherwise: "no scope owns anything",
        why:
          "an owner may do everything with what it owns, and give it on; that outlives the grant",
        sql: mending(.scopeOwnsObjects, facts.reach, sql)),
      PreflightCheck(
        .scopeHasGrantOption, facts.grantOptions, otherwise: "no scope may hand anything on",
        why: "the holder could give others what stays theirs when the grant is over",
        sql: facts.grantOptions.isEmpty
          ? [] : ["-- REVOKE GRANT OPTION FOR … (of a role: ADMIN OPTION FOR …) FROM the scope"]),
    ] + [changeability(facts, question, sql)] + ownership(facts, question)
}

/// What no version lets us prevent: the receipt of a grant says when it happened.
private func changeability(
  _ facts: PreflightFacts, _ question: PreflightQuestion, _ sql: PreflightSQL
) -> PreflightCheck {
  let hasScopes = !(question.scopes + question.keptNames).isEmpty
  var found: [String] = []
  if hasScopes, !sql.dialect.hasMembershipOptions {
    found.append("a holder can become its scopes, and give them settings, a password and things")
  }
  if hasScopes, facts.undoable > 0 {
    found.append(
      """
      \(facts.undoable) policies and default privileges name scopes, and DROP OWNED BY a scope, by \
      a holder, can take them away
      """)
  }
  return PreflightCheck(
    "scopes-can-be-changed", found.isEmpty ? .ok : .warning,
    found: found.isEmpty
      ? "a holder can change nothing of its scopes" : found.joined(separator: "; "),
    why: """
      it is compared before and after each grant, but for the password; set a new one before you \
      give a scope LOGIN
      """)
}

private func existence(
  _ facts: PreflightFacts, _ question: PreflightQuestion, _ sql: PreflightSQL
) throws(PostgresError) -> [PreflightCheck] {
  let missing = (question.scopes + question.owners).filter { !facts.existing.contains($0) }
  return [
    PreflightCheck(
      "scopes-exist", missing.isEmpty ? .ok : .missing,
      found: missing.isEmpty
        ? "every role that the policy names" : "there is no \(list(missing))",
      why: "a grant gets its privileges from them",
      sql: try missing.map { name throws(PostgresError) in
        try creation(of: name, for: facts.admin.name, sql)
      })
  ]
}

/// The scopes that the broker keeps: a grant is possible when they are there, whatever they hold.
private func keeping(
  _ question: PreflightQuestion, _ plan: Connection.Planned?
) -> [PreflightCheck] {
  guard let plan else { return [] }
  let areThere = plan.roles.isEmpty
  let missing = plan.drift.count { $0.direction == .missing }
  let drift = "\(missing) missing, \(plan.drift.count - missing) too much"
  let why = "`jit admin plan` shows the statements, and `jit admin apply` runs them"
  return [
    PreflightCheck(
      "kept-scopes-exist", areThere ? .ok : .missing,
      found: "\(areThere ? "" : "not ")every scope that the broker keeps", why: why),
    PreflightCheck(
      "kept-scopes-in-step", plan.drift.isEmpty && plan.obstacles.isEmpty ? .ok : .warning,
      found: plan.drift.isEmpty && plan.obstacles.isEmpty
        ? "as the policy has it" : ([drift] + plan.obstacles).joined(separator: "; "),
      why: why),
  ]
}

/// From 16 on a role that others made cannot be given before the broker has ADMIN on it.
private func creation(
  of scope: String, for admin: String, _ sql: PreflightSQL
) throws(PostgresError) -> String {
  let scope = try sql.name(scope)
  let create = "CREATE ROLE \(scope) NOLOGIN"
  guard sql.dialect.hasMembershipOptions else { return create }
  return "\(create); \(grantForGiving(scope, to: try sql.name(admin)))"
}

/// Up to 15 whoever may create roles may give any.
private func givability(
  _ facts: PreflightFacts, _ question: PreflightQuestion, _ sql: PreflightSQL
) throws(PostgresError) -> [PreflightCheck] {
  guard sql.dialect.hasMembershipOptions else { return [] }
  let notToGive = facts.reach.notToGive
  let admin = try sql.name(facts.admin.name)
  return [
    PreflightCheck(
      "scopes-can-be-given", notToGive.isEmpty ? .ok : .missing,
      found: notToGive.isEmpty
        ? "ADMIN on every scope and owner" : "no ADMIN on \(list(notToGive))",
      why: "from 16 on, only who has ADMIN on a role can give it",
      sql: try notToGive.map { name throws(PostgresError) in
        grantForGiving(try sql.name(name), to: admin)
      })
  ]
}

func grantForGiving(_ scope: String, to admin: String) -> String {
  "GRANT \(scope) TO \(admin) WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
}

private func mending(
  _ danger: Danger, _ reach: ScopeReach, _ sql: PreflightSQL
) throws(PostgresError) -> [String] {
  var statements: [String] = []
  for (found, role, change) in reach.mending where found == danger {
    let name = try sql.name(role)
    let statement =
      switch change {
      case .without(let attribute): "ALTER ROLE \(name) NO\(attribute)"
      case .notMember(let other): "REVOKE \(other) FROM \(name)"
      case .owningNothing:
        "-- in each database: REASSIGN OWNED BY \(name) TO (a role that is no scope)"
      }
    if !statements.contains(statement) { statements.append(statement) }
  }
  return statements
}

private func ownership(
  _ facts: PreflightFacts, _ question: PreflightQuestion
) -> [PreflightCheck] {
  guard !question.owners.isEmpty else { return [] }
  return [
    PreflightCheck(
      .actsAsOwner,
      question.owners.map { FoundDanger(.actsAsOwner, "grants act as \($0.inert)") },
      otherwise: "",
      why: """
        who acts as an owner can leave functions and triggers that run when others work; the \
        receipt lists what changed, it undoes nothing
        """)
  ]
}

private func list(_ names: [String]) -> String {
  names.map(\.inert).joined(separator: ", ")
}
