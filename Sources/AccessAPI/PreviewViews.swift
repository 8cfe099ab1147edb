/// What somebody had before, as a reviewer wants to know it.
package struct LastGrantView: Codable, Sendable, Equatable {
  package var id: String
  package var role: String
  @Nullable package var activatedAt: String?
  @Nullable package var endedAt: String?
  /// Why it ended; null while it lasts.
  @Nullable package var cause: String?

  package init(
    id: String, role: String, activatedAt: String?, endedAt: String?, cause: String?
  ) {
    self.id = id
    self.role = role
    self.activatedAt = activatedAt
    self.endedAt = endedAt
    self.cause = cause
  }

  enum CodingKeys: String, CodingKey {
    case id, role, cause
    case activatedAt = "activated_at"
    case endedAt = "ended_at"
  }
}

/// The first tables by name, and how many there are beside them.
package struct TableAccessView: Codable, Sendable, Equatable {
  package struct Table: Codable, Sendable, Equatable {
    package var name: String
    package var privileges: [String]

    package init(name: String, privileges: [String]) {
      self.name = name
      self.privileges = privileges
    }
  }

  package var tables: [Table]
  package var more: Int

  package init(tables: [Table], more: Int) {
    self.tables = tables
    self.more = more
  }
}
