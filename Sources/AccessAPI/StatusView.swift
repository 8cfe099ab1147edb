/// `GET /v1/status`: how the broker stands.
package struct StatusView: Codable, Sendable, Equatable {
  /// The walk through all of history.
  package struct Scrub: Codable, Sendable, Equatable {
    package var checked: Int64
    package var size: Int64
    /// When one last came to its end and found nothing wrong.
    @Nullable package var finishedAt: String?
    /// What it found.
    @Nullable package var flaw: String?

    package init(checked: Int64, size: Int64, finishedAt: String?, flaw: String?) {
      self.checked = checked
      self.size = size
      self.finishedAt = finishedAt
      self.flaw = flaw
    }

    enum CodingKeys: String, CodingKey {
      case checked, size, flaw
      case finishedAt = "finished_at"
    }
  }

  /// The broker's clock.
  package var now: String
  /// Null, or why no access is given now.
  @Nullable package var issuingStopped: String?
  /// The name of the log, with its epoch.
  package var origin: String
  package var entries: Int64
  /// When the last entry was written.
  @Nullable package var newestAt: String?
  @Nullable package var ledgerUnwritable: String?
  package var liveGrants: Int
  package var stuckGrants: Int
  package var lockdowns: [LockdownView]
  /// Grants whose role in the database is not as it was made.
  package var driftingGrants: Int
  /// Roles that look like the broker's and are not.
  package var strangeRoles: Int
  package var scrub: Scrub
  /// Lines of the broker's own log that were dropped since its start because nobody read them.
  package var logLinesDropped: Int64

  package init(
    now: String, issuingStopped: String?, origin: String, entries: Int64, newestAt: String?,
    ledgerUnwritable: String?, liveGrants: Int, stuckGrants: Int, driftingGrants: Int = 0,
    strangeRoles: Int = 0, lockdowns: [LockdownView] = [], scrub: Scrub,
    logLinesDropped: Int64 = 0
  ) {
    self.now = now
    self.issuingStopped = issuingStopped
    self.origin = origin
    self.entries = entries
    self.newestAt = newestAt
    self.ledgerUnwritable = ledgerUnwritable
    self.liveGrants = liveGrants
    self.stuckGrants = stuckGrants
    self.lockdowns = lockdowns
    self.driftingGrants = driftingGrants
    self.strangeRoles = strangeRoles
    self.scrub = scrub
    self.logLinesDropped = logLinesDropped
  }

  enum CodingKeys: String, CodingKey {
    case now, origin, entries, lockdowns, scrub
    case issuingStopped = "issuing_stopped"
    case newestAt = "newest_at"
    case ledgerUnwritable = "ledger_unwritable"
    case liveGrants = "live_grants"
    case stuckGrants = "stuck_grants"
    case driftingGrants = "drifting_grants"
    case strangeRoles = "strange_roles"
    case logLinesDropped = "log_lines_dropped"
  }
}
