func decideSubmission(
  _ submission: Submission, _ id: RequestID, by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  try refuseAdminSocket(caller)
  try requireIssuing(context)
  let policy = context.policy
  let requester = caller.principal
  let database = try findDatabase(submission.database, for: requester, policy)
  let role = try findRole(submission.role, policy)
  let duration = try readDuration(submission.duration)
  let rule = try chooseEntitlement(submission, for: requester, database, role, policy)
  guard duration <= rule.maxDuration else {
    throw Refusal(
      .durationOverMax, "\(duration) is more than \(rule.name) allows",
      hint: "ask for at most \(rule.maxDuration)")
  }
  try checkReason(submission.reason, against: rule.reason, context.verdicts)
  try checkLength(submission.ticket, of: "ticket")
  try checkStart(submission.start, context.now)
  if submission.breakGlass { try checkGlass(submission, of: requester, state, context.now) }
  try checkOpenRequests(of: requester, state)

  let ask = Ask(
    requester: requester, database: database.name, databaseUID: database.uid,
    environment: database.environment, role: role.name, duration: duration,
    start: submission.start, reason: submission.reason?.commitment,
    ticket: submission.ticket?.commitment, entitlement: rule.name, extends: nil,
    breakGlass: rule.isBreakGlass)
  try requireOpen(ask, rule, at: ask.start ?? context.now, policy)
  // What begins later is counted when it begins.
  if ask.start == nil { try policy.checkCaps(on: ask, for: duration, rule, state, context) }
  let submitted = submitting(ask, id, lapsesAt: context.now + rule.reviewWithin, state, context)
  switch rule.review {
  case .steps: return [.requestSubmitted(id, submitted)]
  case .automatic, .afterwards:
    let approved = RequestApproved(
      duration: duration, lapsesAt: activationDeadline(ask, rule, context.now), by: [],
      rule: rule.name)
    return [.requestSubmitted(id, submitted), .requestApproved(id, approved)]
  }
}

func submitting(
  _ ask: Ask, _ id: RequestID, lapsesAt: Timestamp, _ state: State, _ context: Context
) -> RequestSubmitted {
  RequestSubmitted(
    ask: ask, digest: digest(of: ask, id, origin: state.origin ?? "", context.sha256),
    lapsesAt: lapsesAt)
}

/// How long the requester may take to activate: from now, or from the start if that is later.
func activationDeadline(_ ask: Ask, _ rule: Entitlement, _ now: Timestamp) -> Timestamp {
  max(now, ask.start ?? now) + rule.activateWithin
}

private func checkGlass(
  _ submission: Submission, of person: Principal, _ state: State, _ now: Timestamp
) throws(Refusal) {
  guard submission.start == nil else {
    throw Refusal(
      .usage, "the glass is broken for now, not for later", hint: "leave --start out")
  }
  try requireNothingOverdue(of: person, state, now)
}

func findDatabase(
  _ text: String, for person: Principal, _ policy: Policy
) throws(Refusal) -> Database {
  guard let name = DatabaseName(text) else {
    throw Refusal(
      .usage, "“\(text.prefix(80).inert)” is not a database name",
      hint: "names are 1 to 64 of A-Z a-z 0-9 . _ -")
  }
  if let database = policy.databases[name] { return database }
  // Only names that the person may ask for anyway are offered: an error must not list the rest.
  let known = Set(policy.entitlements(for: person).flatMap { $0.databases.map(\.text) })
  throw Refusal(
    .unknownDatabase, "there is no database \(name)", hint: offer(text, known) ?? seeDatabases)
}

func findRole(_ text: String, _ policy: Policy) throws(Refusal) -> Role {
  guard let name = RoleName(text) else {
    throw Refusal(
      .usage, "“\(text.prefix(80).inert)” is not a role name",
      hint: "names are 1 to 64 of A-Z a-z 0-9 . _ -")
  }
  if let role = policy.roles[name] { return role }
  throw Refusal(
    .unknownRole, "there is no role \(name)",
    hint: offer(text, policy.roles.keys.map(\.text)) ?? seeDatabases)
}

private let seeDatabases = "see `jit databases`"

/// A hint with what is like a name that does not exist; nil when nothing is.
func offer(_ word: String, _ known: some Sequence<String>) -> String? {
  let near = nearest(to: word, among: known)
  return near.isEmpty ? nil : "did you mean \(near.joined(separator: " or "))?"
}

private func chooseEntitlement(
  _ submission: Submission, for person: Principal, _ database: Database, _ role: Role,
  _ policy: Policy
) throws(Refusal) -> Entitlement {
  let all = policy.entitlements(for: person, database: database.name, role: role.name)
  let matching = all.filter { $0.isBreakGlass == submission.breakGlass }
  if let wanted = submission.entitlement {
    if let rule = matching.first(where: { $0.name.text == wanted }) { return rule }
    throw Refusal(
      .unknownEntitlement,
      "no entitlement “\(wanted.prefix(80).inert)” lets you ask for \(role.name) on \(database.name)",
      hint: matching.isEmpty
        ? "see `jit databases`" : "these do: \(matching.map(\.name.text).joined(separator: ", "))")
  }
  guard let rule = matching.first else {
    let act = submission.breakGlass ? "break the glass" : "ask"
    throw Refusal(
      .notEntitled, "no rule lets \(person) \(act) for \(role.name) on \(database.name)",
      hint: "`jit databases` lists what you may ask for")
  }
  guard matching.count == 1 else {
    let list = matching.map { "\($0.name) (\($0.review.summary), at most \($0.maxDuration))" }
    throw Refusal(
      .ambiguousEntitlement, "several entitlements match: \(list.joined(separator: "; "))",
      hint: "name one with --entitlement")
  }
  return rule
}

extension ReviewRule {
  /// `1 of dba and 1 of orders-owners`, for people.
  package var summary: String {
    switch self {
    case .automatic: "no review"
    case .afterwards(let party, let span): "review by \(party.text) within \(span) afterwards"
    case .steps(let steps):
      "review by " + steps.map { "\($0.count) of \($0.from.text)" }.joined(separator: " and ")
    }
  }
}

func checkReason(
  _ reason: WrittenText?, against rule: ReasonRule, _ verdicts: PatternVerdicts
) throws(Refusal) {
  try checkLength(reason, of: "reason")
  let text = reason?.text ?? ""
  guard !text.isEmpty else {
    if rule.required || rule.pattern != nil {
      throw Refusal(
        .reasonMissing, "a reason is needed", hint: rule.prompt ?? "say why with --reason")
    }
    return
  }
  guard let pattern = rule.pattern else { return }
  switch verdicts[pattern] {
  case true?: return
  case false?:
    throw Refusal(
      .reasonMismatch, "the reason must contain a match of \(pattern)", hint: rule.prompt)
  // It was judged by the rules of a moment ago.
  case nil:
    throw Refusal(.wrongState, "the policy has changed just now", hint: "ask again")
  }
}

func checkLength(_ written: WrittenText?, of what: String) throws(Refusal) {
  guard let written, written.text.utf8.count > Limits.writtenTextBytesMax else { return }
  throw Refusal(
    .tooLarge, "the \(what) has \(written.text.utf8.count) bytes",
    hint: "at most \(Limits.writtenTextBytesMax) are kept")
}

func readDuration(_ text: String) throws(Refusal) -> TimeSpan {
  guard let duration = TimeSpan(text) else {
    throw Refusal(
      .usage, "“\(text.prefix(40).inert)” is not a duration",
      hint: "durations look like 90s, 30m, 1h30m, 2h or 1d, and are at least 1s")
  }
  return duration
}

private func checkStart(_ start: Timestamp?, _ now: Timestamp) throws(Refusal) {
  guard let start else { return }
  guard start > now else {
    throw Refusal(.usage, "the start \(start) is in the past", hint: "leave --start out for now")
  }
  guard start - now <= Limits.startAheadMsMax else {
    throw Refusal(.usage, "the start \(start) is more than 90 days ahead")
  }
}

func checkOpenRequests(of person: Principal, _ state: State) throws(Refusal) {
  guard state.open[person, default: []].count < Limits.openRequestsPerPersonMax else {
    throw Refusal(
      .tooMany, "\(person) has \(Limits.openRequestsPerPersonMax) open requests",
      hint: "cancel or release some: `jit requests --mine`")
  }
  guard state.requests.count < Limits.openRequestsMax else {
    throw Refusal(.tooMany, "the broker has \(Limits.openRequestsMax) open requests")
  }
}
