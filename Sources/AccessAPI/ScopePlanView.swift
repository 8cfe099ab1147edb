/// `GET /v1/databases/{name}/plan`: what would bring the scope roles that the broker keeps into
/// step; and the answer to `POST …/apply`: what did.
package struct ScopePlanView: Codable, Sendable, Equatable {
  package struct Drift: Codable, Sendable, Equatable {
    package var scope: String
    /// `missing` or `excess`.
    package var direction: String
    package var what: String
    /// Why no statement mends it, and what does; null when one does.
    @Nullable package var note: String?

    package init(scope: String, direction: String, what: String, note: String?) {
      self.scope = scope
      self.direction = direction
      self.what = what
      self.note = note
    }
  }

  package var database: String
  /// Statements for the broker's own login: what makes the roles.
  package var roles: [String]
  /// Statements for the login under `apply:`, in one transaction.
  package var privileges: [String]
  package var drift: [Drift]
  /// Why nothing is applied.
  package var obstacles: [String]

  package init(
    database: String, roles: [String], privileges: [String], drift: [Drift], obstacles: [String]
  ) {
    self.database = database
    self.roles = roles
    self.privileges = privileges
    self.drift = drift
    self.obstacles = obstacles
  }
}
