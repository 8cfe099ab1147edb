import AccessAPI
import AccessCore

extension RequestView {
  var isProduction: Bool { environment == Environment.production.rawValue }

  /// `write on orders_PROD (PRODUCTION) for 30m`, and for an extension `more of 7F3K2QXW`.
  func summary(_ paint: Paint) -> String {
    let place = "\(database.inert) (\(paint.environment(environment)))"
    let more = extends.map { " more of \($0.inert)" } ?? ""
    return "\(role.inert) on \(place) for \(duration.inert)\(more)"
  }

  /// The answer to a request: what is asked, who can approve, what comes next.
  func submittedText(paint: Paint, now: Timestamp) -> String {
    let act = state == "pending" ? "requested" : state.inert
    return "\(act) \(id.inert): \(summary(paint))\n" + fields(openLabels(now, paint), paint: paint)
  }

  /// What a dry run found.
  func dryRunText(paint: Paint, now: Timestamp) -> String {
    let rule = ("entitlement", [entitlement.inert])
    let approval: [(label: String, lines: [String])] =
      if needs.isEmpty {
        [("needs", ["no review"])] + openLabels(now, paint)
      } else {
        openLabels(now, paint)
      }
    return "would request: \(summary(paint))\n" + fields([rule] + approval, paint: paint)
      + sqlText(paint) + tablesText(paint)
  }

  /// Everything there is to know.
  ///
  /// - Parameter reader: what the reader can do about it, if that was asked.
  func fullText(paint: Paint, now: Timestamp, reader: String? = nil) -> String {
    var labels: [(label: String, lines: [String])] = [
      ("requester", [requester.inert]),
      ("reason", reason.map { [$0.inert] } ?? []),
      ("ticket", ticket.map { [$0.inert] } ?? []),
      ("entitlement", [entitlement.inert]),
      ("asked for", requestedDuration == duration ? [] : [requestedDuration.inert]),
      ("extends", extends.map { [$0.inert] } ?? []),
      ("break-glass", breakGlass ? [paint.red(glass(now))] : []),
      ("submitted", [moment(submittedAt, now: now)]),
      ("decided", decidedAt.map { [moment($0, now: now)] } ?? []),
      ("start", start.map { [moment($0, now: now)] } ?? []),
      ("reviews", reviews.map(\.line)),
      ("last here", lastGrants?.map { $0.line(now: now) } ?? []),
    ]
    labels += openLabels(now, paint)
    labels += [("you", reader.map { [$0] } ?? []), ("digest", [digest.inert])]
    var text = "\(id.inert) \(paint.state(state)): \(summary(paint))\n"
    text += fields(labels, paint: paint)
    if let grant { text += "\n" + grant.text(paint: paint, now: now) }
    text += sqlText(paint) + tablesText(paint)
    return grant == nil && state == "approved" ? text + "\n" + nextStep : text
  }

  /// What is still to happen before access is given.
  private func openLabels(
    _ now: Timestamp, _ paint: Paint
  ) -> [(label: String, lines: [String])] {
    [
      ("needs", needLines),
      ("afterwards", isUnbrokenGlass ? needs.map(\.line) : []),
      ("lapses", lapsesAt.map { [moment($0, now: now)] } ?? []),
      ("lockdown", lockdown.map { [paint.red("no access is given: \($0.inert)")] } ?? []),
      ("stopped", stopped.map { [paint.red("not given now: \($0.inert)")] } ?? []),
      ("look-alike", lookAlikes.map { lookAlikeLine($0, paint) }),
    ]
  }

  /// What is missing; of an approved request, what was not needed then and is now.
  private var needLines: [String] {
    if state == "pending" { return needs.map(\.line) }
    let missing = needs.filter { $0.have < $0.count }
    guard state == "approved", grant == nil, extends == nil, !breakGlass, !missing.isEmpty
    else { return [] }
    return missing.map(\.line) + ["it was approved without; activation sends it back to review"]
  }

  /// Whether a review is owed as soon as it is used.
  private var isUnbrokenGlass: Bool { breakGlass && state == "approved" && grant == nil }

  /// A name like this one's in another environment, and how to tell the two.
  private func lookAlikeLine(_ other: LookAlikeView, _ paint: Paint) -> String {
    "this is \(database.inert), \(paint.environment(environment)), uid \(databaseUID.inert); not "
      + "\(other.database.inert), \(paint.environment(other.environment)), uid \(other.uid.inert)"
  }

  /// Whether somebody still has to look at it.
  private func glass(_ now: Timestamp) -> String {
    guard let reviewDue else { return "yes" }
    let people = needs.map(\.line).joined(separator: ", ")
    return isReviewOverdue(now)
      ? "a review is overdue since \(moment(reviewDue, now: now)): \(people)"
      : "a review is owed until \(moment(reviewDue, now: now)): \(people)"
  }

  func isReviewOverdue(_ now: Timestamp) -> Bool {
    reviewDue.flatMap { Timestamp($0) }.map { $0 <= now } ?? false
  }

  private func sqlText(_ paint: Paint) -> String {
    guard let sql, !sql.isEmpty else { return "" }
    let lines = sql.flatMap(\.safeLines).map { "  \($0)\n" }
    return "\n\(paint.faint("activation runs"))\n" + lines.joined()
  }

  private func tablesText(_ paint: Paint) -> String {
    guard let tableAccess else { return "" }
    let tables = tableAccess.tables.map { table in
      "\(table.name.inert): \(table.privileges.map(\.inert).joined(separator: ", "))"
    }
    let rest = tableAccess.more > 0 ? ["and \(count(tableAccess.more, "more table"))"] : []
    let lines = tables.isEmpty ? ["nothing"] : tables + rest
    return "\n\(paint.faint("it lets one do with tables"))\n"
      + lines.map { "  \($0)\n" }.joined()
  }

  /// The command that is to be typed next, or nothing.
  var nextStep: String {
    switch state {
    case "pending": "next: jit show \(id.inert)\n"
    case "approved" where extends == nil && (stopped ?? lockdown) != nil: ""
    case "approved":
      "next: \(extends.map { "jit show \($0.inert)" } ?? "jit connect \(id.inert)")\n"
    default: ""
    }
  }
}

extension NeedView {
  /// `1 of dba`, or `sometimes 1 of security`: nobody has asked yet.
  var offer: String { "\(when == nil ? "" : "sometimes ")\(count) of \(from.inert)" }

  /// `1 of dba: dana or drew`, or `dba: done`.
  var line: String {
    guard have < count else { return "\(from.inert): done" }
    let condition = when.map { " (\($0.inert))" } ?? ""
    let group =
      "\(count - have)\(have > 0 ? " more" : "") of \(from.inert)\(signature ? ", signed" : "")"
      + condition
    return people.isEmpty
      ? "\(group): nobody is left to ask" : "\(group): \(list(people.map(\.inert), "or"))"
  }
}

extension LastGrantView {
  /// `6Q1N8YTR: write, 2026-02-27T09:30:00.000Z (2d ago), expired`
  fileprivate func line(now: Timestamp) -> String {
    let began = activatedAt.map { ", \(moment($0, now: now))" } ?? ""
    return "\(id.inert): \(role.inert)\(began), \(cause?.inert ?? "not over")"
  }
}

extension ReviewView {
  /// `dana approved, for 15m, at 2026-03-01T09:30:00.000Z: looks fine`
  fileprivate var line: String {
    let act =
      switch verdict {
      case "approve": "approved"
      case "deny": "denied"
      case "justified", "unjustified": "found it \(verdict)"
      default: verdict.inert
      }
    let limit = duration.map { ", for \($0.inert)" } ?? ""
    let signature = signed ? ", signed" : ""
    let token = tokenIssuedBy.map { ", with a token that \($0.inert) issued" } ?? ""
    let words = comment.map { ": \($0.inert)" } ?? ""
    return "\(reviewer.inert) \(act)\(limit)\(signature)\(token), at \(at.inert)\(words)"
  }
}

/// What a person can do about a pending request, and if nothing, why.
func reviewAbility(of person: String, on request: RequestView) -> String? {
  if request.reviewDue != nil { return glassAbility(of: person, on: request) }
  guard request.state == "pending" else { return nil }
  if person == request.requester { return "cannot review: nobody reviews their own request" }
  if request.reviews.contains(where: { $0.reviewer == person }) { return "have reviewed it" }
  let open = request.needs.filter { $0.have < $0.count }
  if open.contains(where: { $0.people.contains(person) }) {
    return
      "can review: jit approve \(request.id.inert), or jit deny \(request.id.inert) --comment T"
  }
  let groups = list(open.map(\.from.inert))
  return "cannot review: you are not one of \(groups.isEmpty ? "the reviewers" : groups)"
}

private func glassAbility(of person: String, on request: RequestView) -> String? {
  if person == request.requester { return "cannot review: nobody reviews their own request" }
  guard request.needs.contains(where: { $0.people.contains(person) }) else { return nil }
  return "can review: jit review \(request.id.inert) --verdict justified|unjustified --comment T"
}
