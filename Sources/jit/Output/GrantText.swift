import AccessAPI
import AccessCore

extension GrantView {
  /// The access itself: until when, or how it ended and what was checked.
  func text(paint: Paint, now: Timestamp) -> String {
    let isOver = state == "ended" || state == "forgotten"
    let pairs: [(label: String, lines: [String])] = [
      ("role", [roleName.inert]),
      ("activated", activatedAt.map { [moment($0, now: now)] } ?? []),
      (isOver ? "was to expire" : "expires", [isOver ? expiresAt.inert : expiry(now)]),
      ("stuck", stuckBecause.map { [stuckLine($0, paint)] } ?? []),
      ("drift", drift.map { isOver ? $0.found.inert : paint.red($0.found.inert) }),
      (state == "forgotten" ? "forgotten" : "ended", endedAt.map { [moment($0, now: now)] } ?? []),
      ("cause", cause.map { [$0.inert] } ?? []),
      ("receipt", receipt.map { $0.lines(paint) } ?? []),
    ]
    return "grant \(paint.state(state))\n" + fields(pairs, paint: paint)
  }

  private func expiry(_ now: Timestamp) -> String {
    "\(expiresAt.inert) (\(timeLeft(until: expiresAt, now: now)))"
  }

  private func stuckLine(_ why: String, _ paint: Paint) -> String {
    let reason =
      switch why {
      case "unreachable": "the database cannot be reached"
      case "locked": "the role is held by a lock"
      case "residue": "the role still owns something"
      case "exhausted": "the server has no room to remove what the role owns"
      default: why.inert
      }
    let next = state == "forgotten" ? "nobody waits for its end" : "it is tried again"
    switch fenced {
    case true: return "\(reason); no new logins are possible; \(next)"
    case false, nil:
      return "\(reason); \(paint.red("LOGINS MAY STILL BE POSSIBLE")); \(next)"
    }
  }
}

extension ReceiptView {
  /// In words: what was done and what was seen.
  func lines(_ paint: Paint) -> [String] {
    var done: [String] = []
    if sessionsEnded > 0 { done.append("\(count(sessionsEnded, "session")) ended") }
    if preparedRolledBack > 0 {
      done.append("\(count(preparedRolledBack, "prepared transaction")) rolled back")
    }
    if objectsDropped > 0 { done.append("\(count(objectsDropped, "object")) dropped") }
    let seen =
      verified
      ? "verified: the role is gone, no session, no prepared transaction, nothing owned"
        + (residue.contains { $0.kind == "standby" } ? ", on the servers that were looked at" : "")
      : paint.red(
        residue.isEmpty
          ? "NOT VERIFIED: what is left could not be checked"
          : "NOT VERIFIED: the role is not gone, for something hangs on it")
    let overrun = "\(overrunMs) ms from its end until no session was left"
    return [done.isEmpty ? "nothing was open" : list(done), seen, overrun]
      + residue.map { "left: \($0.words)" }
  }
}

extension ResidueView {
  var words: String {
    "\(kind.inert) \(name.inert) in \(database.inert)\(note.map { " (\($0.inert))" } ?? "")"
  }
}
