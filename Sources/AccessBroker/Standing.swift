import AccessCore
import Ledger
import Synchronization

/// How the broker stands, for operators and for metrics. It counts; it names nobody.
package struct Standing: Sendable {
  package let now: Timestamp
  /// Why no access is given; nil while it is.
  package let issuingStopped: String?
  /// The name of the log, with its epoch.
  package let origin: String
  package let entries: Int64
  package let newest: Timestamp?
  package let unwritable: String?
  /// Grants that have not ended, stuck ones included.
  package let live: Int
  package let stuck: Int
  /// By what they are of.
  package let lockdowns: [Lockdown]
  /// Grants whose role is not as it was made, and roles that look like ours and are not.
  package let drifting: Int
  package let strangers: Int
  package let scrub: ScrubProgress
  /// Since the start, because nobody read the log.
  package let logLinesDropped: Int64
}

extension Broker {
  package func standing() async -> Standing {
    let state = ledger.state
    return Standing(
      now: clocks.wall(), issuingStopped: await issuingStopped(), origin: state.origin ?? "",
      entries: state.nextSeq, newest: state.newest, unwritable: ledger.unwritable,
      live: state.grants.count, stuck: state.grants.count { $0.grant?.obstacle != nil },
      lockdowns: state.lockdowns.values.sorted { $0.range.text < $1.range.text },
      drifting: state.grants.count { $0.grant?.drift.isEmpty == false },
      strangers: state.strangers.count,
      scrub: progress.withLock { $0 }, logLinesDropped: logLinesDropped())
  }
}
