import AccessBroker
import AccessCore

/// The broker's standing in Prometheus' text format, version 0.0.4.
func metricsText(_ standing: Standing) -> String {
  func flag(_ isSet: Bool) -> Int64 { isSet ? 1 : 0 }
  func seconds(_ time: Timestamp?) -> Int64 { (time?.milliseconds ?? 0) / 1_000 }
  let scrub = standing.scrub
  let gauges: [(name: String, help: String, value: Int64)] = [
    (
      "jit_issuing", "1 while access is given, 0 in revoke-only mode",
      flag(standing.issuingStopped == nil)
    ),
    ("jit_grants_live", "Grants that have not ended, stuck ones included", Int64(standing.live)),
    ("jit_grants_stuck", "Grants whose access could not be ended yet", Int64(standing.stuck)),
    ("jit_grants_drifting", "Grants whose role is not as it was made", Int64(standing.drifting)),
    (
      "jit_roles_strange", "Roles that look like ours and are not, remembered ones at most",
      Int64(standing.strangers)
    ),
    ("jit_ledger_entries", "Entries of the ledger", standing.entries),
    ("jit_ledger_newest_timestamp_seconds", "Time of the newest entry", seconds(standing.newest)),
    ("jit_ledger_unwritable", "1 while the disk refuses", flag(standing.unwritable != nil)),
    ("jit_scrub_checked_entries", "Entries found right by the present scrub", scrub.checked),
    ("jit_scrub_size_entries", "Entries that the present scrub is to look at", scrub.size),
    ("jit_scrub_flawed", "1 when the last scrub found something wrong", flag(scrub.flaw != nil)),
    (
      "jit_scrub_finished_timestamp_seconds", "When a scrub last found nothing wrong, 0 if never",
      seconds(scrub.finishedAt)
    ),
  ]
  func text(_ name: String, _ help: String, _ type: String, _ value: Int64) -> String {
    "# HELP \(name) \(help).\n# TYPE \(name) \(type)\n\(name) \(value)\n"
  }
  return gauges.map { text($0, $1, "gauge", $2) }.joined()
    + text(
      "jit_log_lines_dropped_total", "Lines of the log that were dropped because nobody read it",
      "counter", standing.logLinesDropped)
}
