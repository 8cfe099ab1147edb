import AccessAPI
import AccessCore

/// A line for each request.
func requestTable(_ requests: [RequestView], paint: Paint, now: Timestamp) -> String {
  columns(
    ["ID", "STATE", "REQUESTER", "ROLE", "DATABASE", "ENVIRONMENT", "FOR", "SUBMITTED", "NEEDS"],
    requests.map { request in
      let open = request.needs.filter { $0.have < $0.count }
      let needs =
        request.state == "pending" || request.reviewDue != nil
        ? open.map { "\($0.count - $0.have) of \($0.from.inert)" } : []
      return [
        Cell(request.id.inert), stateCell(request, paint, now), Cell(request.requester.inert),
        Cell(request.role.inert), Cell(request.database.inert),
        environmentCell(request.environment, paint), Cell(request.duration.inert),
        Cell(ago(request.submittedAt, now)), Cell(needs.joined(separator: ", ")),
      ]
    }, paint: paint)
}

/// What the access itself is doing says more than that it was approved once.
private func state(_ request: RequestView) -> String { request.grant?.state ?? request.state }

/// A lockdown explains why what was approved is not given; a broken glass stands out.
private func stateCell(_ request: RequestView, _ paint: Paint, _ now: Timestamp) -> Cell {
  let marks = [
    request.lockdown == nil ? "" : ", locked", request.breakGlass ? ", break-glass" : "",
    request.isReviewOverdue(now) ? ", review overdue" : "",
  ]
  let mark = marks.joined()
  let state = state(request)
  return Cell(state.inert + mark, shown: paint.state(state) + paint.red(mark))
}

/// What is stuck comes first, then the oldest.
func requestGoesBefore(_ a: RequestView, _ b: RequestView) -> Bool {
  func rank(_ request: RequestView) -> (Int, String, String) {
    (request.grant?.state == "stuck" ? 0 : 1, request.submittedAt, request.id)
  }
  return rank(a) < rank(b)
}

/// A line for each request that has a grant.
func grantTable(_ requests: [RequestView], paint: Paint, now: Timestamp) -> String {
  columns(
    ["ID", "STATE", "WHO", "ROLE", "DATABASE", "ENVIRONMENT", "LEFT", "DATABASE ROLE"],
    requests.compactMap { request in
      guard let grant = request.grant else { return nil }
      return [
        Cell(request.id.inert), stateCell(request, paint, now), Cell(request.requester.inert),
        Cell(request.role.inert), Cell(request.database.inert),
        environmentCell(request.environment, paint), Cell(remaining(grant, now)),
        Cell(grant.roleName.inert),
      ]
    }, paint: paint)
}

/// Stuck grants come first, then by when they end.
func grantGoesBefore(_ a: RequestView, _ b: RequestView) -> Bool {
  func rank(_ request: RequestView) -> (Int, String, String) {
    (request.grant?.state == "stuck" ? 0 : 1, request.grant?.expiresAt ?? "", request.id)
  }
  return rank(a) < rank(b)
}

/// A line for each role that may be asked for.
func databaseTable(_ databases: [DatabaseView], paint: Paint) -> String {
  columns(
    ["DATABASE", "ENVIRONMENT", "ROLE", "AT MOST", "ENTITLEMENT", "REVIEW", "UID"],
    databases.flatMap { database in
      database.roles.map { offer in
        let review = offer.needs.map(\.offer).joined(separator: ", ")
        return [
          Cell(database.name.inert), environmentCell(database.environment, paint),
          Cell(offer.role.inert), Cell(offer.maxDuration.inert), Cell(offer.entitlement.inert),
          Cell(review.isEmpty ? "none" : offer.breakGlass ? "break-glass, then \(review)" : review),
          Cell(database.uid.inert),
        ]
      }
    }, paint: paint)
}

func tokenTable(_ tokens: [TokenView], paint: Paint, now: Timestamp) -> String {
  columns(
    ["ID", "USER", "EXPIRES"],
    tokens.map { token in
      [Cell(token.id.inert), Cell(token.user.inert), Cell(moment(token.expiresAt, now: now))]
    }, paint: paint)
}

private func environmentCell(_ name: String, _ paint: Paint) -> Cell {
  Cell(Paint.plain.environment(name), shown: paint.environment(name))
}

private func ago(_ time: String, _ now: Timestamp) -> String {
  guard let instant = Timestamp(time) else { return time.inert }
  return "\(span(milliseconds: now - instant)) ago"
}

private func remaining(_ grant: GrantView, _ now: Timestamp) -> String {
  guard grant.state != "ended", let end = Timestamp(grant.expiresAt) else { return "-" }
  return end > now ? span(milliseconds: end - now) : "over by \(span(milliseconds: now - end))"
}
