/// A lockdown that is in force. Without a person, a database or a role it is of everything.
package struct LockdownView: Codable, Sendable, Equatable {
  @Nullable package var person: String?
  @Nullable package var database: String?
  @Nullable package var role: String?
  package var since: String
  /// Who locked, and so cannot lift.
  package var by: String

  package init(person: String?, database: String?, role: String?, since: String, by: String) {
    self.person = person
    self.database = database
    self.role = role
    self.since = since
    self.by = by
  }
}

/// `POST /v1/lockdown`: what came of it.
package struct LockdownReportView: Codable, Sendable, Equatable {
  package var lockdown: LockdownView
  package var lifted: Bool
  /// The grants that it ends, as they are now.
  package var grants: [RequestView]
  /// False when the ledger could not be written.
  package var durable: Bool

  package init(lockdown: LockdownView, lifted: Bool, grants: [RequestView], durable: Bool) {
    self.lockdown = lockdown
    self.lifted = lifted
    self.grants = grants
    self.durable = durable
  }
}

/// `POST /v1/databases/{name}/rotate`: the secret is in no answer.
package struct RotationView: Codable, Sendable, Equatable {
  package var credential: String
  /// The databases whose admin login it is for.
  package var databases: [String]

  package init(credential: String, databases: [String]) {
    self.credential = credential
    self.databases = databases
  }
}
