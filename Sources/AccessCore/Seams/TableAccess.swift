/// Who can say what roles may do with tables, for people who decide about it.
package protocol TableWatching: Sendable {
  /// What the roles, all of them together, may do with the tables of the policy's database.
  func tableAccess(of roles: [String]) async throws(ProvisioningError) -> TableAccess
}

/// What somebody may do with tables, as the server has it.
package struct TableAccess: Sendable, Equatable {
  package struct Table: Sendable, Equatable {
    /// With its schema, as SQL spells it.
    package let name: String
    /// `SELECT`, `UPDATE of some columns`
    package let privileges: [String]

    package init(name: String, privileges: [String]) {
      self.name = name
      self.privileges = privileges
    }
  }

  /// The first by name, `Limits.tablesShownMax` at most.
  package let tables: [Table]
  /// How many there are beside them.
  package let more: Int

  package init(_ tables: [Table], more: Int = 0) {
    self.tables = tables
    self.more = more
  }
}
