import AccessCore

/// Which entries an export takes.
package struct Selection: Sendable, Equatable {
  /// How many entries the ledger had when the export began; later ones are not in it.
  package var size: Int64
  /// From this time on.
  package var since: Timestamp?
  /// Before this time.
  package var until: Timestamp?
  /// Only what concerns this database: its requests, each with its whole history, and what was
  /// found in it.
  package var database: DatabaseName?
  /// Only the requests of this person, each with its whole history, and their refused attempts.
  package var requester: Principal?
  package var kind: EventKind?

  package init(
    size: Int64, since: Timestamp? = nil, until: Timestamp? = nil, database: DatabaseName? = nil,
    requester: Principal? = nil, kind: EventKind? = nil
  ) {
    self.size = size
    self.since = since
    self.until = until
    self.database = database
    self.requester = requester
    self.kind = kind
  }

  /// What it chooses by, by name; empty when it takes everything.
  package var filters: [String: String] {
    let parts = [
      "since": since?.description, "until": until?.description, "database": database?.text,
      "requester": requester?.text, "kind": kind?.rawValue,
    ]
    return parts.compactMapValues(\.self)
  }
}
