/// What is about to be done to the scope roles that the broker keeps on a database.
package struct ScopesApplying: Sendable, Equatable, Codable {
  package let database: DatabaseName
  /// SHA-256 over the statements, a newline behind each.
  package let digest: Digest
  package let count: Int
  /// The statements themselves, as many of the first as an entry holds.
  package let statements: [String]

  package init(database: DatabaseName, statements: [String], sha256: SHA256Function) {
    self.database = database
    digest = sha256(Array(statements.map { "\($0)\n" }.joined().utf8))
    count = statements.count
    var room = Limits.statementBytesInEntryMax
    self.statements = Array(
      statements.prefix { statement in
        room -= statement.utf8.count
        return room >= 0
      })
  }
}

/// What became of it.
package struct ScopesApplied: Sendable, Equatable, Codable {
  package let database: DatabaseName
  /// That of `scopes.applying`.
  package let digest: Digest
  /// Why it was not done, or not all of it; the key is missing when everything is in step.
  package let failed: String?

  package init(database: DatabaseName, digest: Digest, failed: String? = nil) {
    self.database = database
    self.digest = digest
    self.failed = failed.map { String($0.prefix(1_000)) }
  }
}
