/// `GET /v1/databases/{name}/preflight`: whether a database is fit for grants.
package struct PreflightView: Codable, Sendable, Equatable {
  package struct Check: Codable, Sendable, Equatable {
    /// For a danger the name by which a policy can accept it.
    package var check: String
    /// `ok`, `warning`, `danger` or `missing`; nothing can accept what is missing.
    package var status: String
    /// Of a danger, whether the policy accepts it; null for anything else.
    @Nullable package var accepted: Bool?
    package var found: String
    package var why: String
    /// Statements that mend it.
    package var sql: [String]

    package init(
      check: String, status: String, accepted: Bool?, found: String, why: String, sql: [String]
    ) {
      self.check = check
      self.status = status
      self.accepted = accepted
      self.found = found
      self.why = why
      self.sql = sql
    }
  }

  package var database: String
  package var serverVersion: String
  package var checks: [Check]
  /// The checks because of which no access is given.
  package var refusing: [String]
  /// The statements by which a superuser makes the broker's login.
  package var leastAdmin: [String]

  package init(
    database: String, serverVersion: String, checks: [Check], refusing: [String],
    leastAdmin: [String]
  ) {
    self.database = database
    self.serverVersion = serverVersion
    self.checks = checks
    self.refusing = refusing
    self.leastAdmin = leastAdmin
  }

  enum CodingKeys: String, CodingKey {
    case database, checks, refusing
    case serverVersion = "server_version"
    case leastAdmin = "least_admin"
  }
}
