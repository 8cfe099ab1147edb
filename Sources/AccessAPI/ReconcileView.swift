/// `POST /v1/reconcile`: what a round has shown, and what was done.
package struct ReconcileView: Codable, Sendable, Equatable {
  package struct Server: Codable, Sendable, Equatable {
    package var database: String
    /// Why it did not tell; null when it did.
    @Nullable package var unreached: String?
    package var findings: [Finding]

    package init(database: String, unreached: String?, findings: [Finding]) {
      self.database = database
      self.unreached = unreached
      self.findings = findings
    }
  }

  package struct Finding: Codable, Sendable, Equatable {
    package var role: String
    /// Null when it is no live grant's.
    @Nullable package var request: String?
    /// `orphan`, `fenced`, or a kind of drift.
    package var kind: String
    package var found: String
    /// `nothing`, `recorded`, `removed`, `not-removed` or `ending`.
    package var done: String

    package init(role: String, request: String?, kind: String, found: String, done: String) {
      self.role = role
      self.request = request
      self.kind = kind
      self.found = found
      self.done = done
    }
  }

  package var dryRun: Bool
  package var databases: [Server]

  package init(dryRun: Bool, databases: [Server]) {
    self.dryRun = dryRun
    self.databases = databases
  }

  enum CodingKeys: String, CodingKey {
    case databases
    case dryRun = "dry_run"
  }
}
