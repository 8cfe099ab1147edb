import AccessCore
import PostgresClient

/// That one role is a member of another, and how; nil for what the version does not know.
struct Membership: Hashable, Sendable {
  let role: String
  let admin: String?
  let inherit: String?
  let set: String?

  init(of role: String, inherit: Bool, set: Bool = false, _ dialect: Dialect) {
    self.role = role
    admin = "f"
    self.inherit = dialect.hasMembershipOptions ? (inherit ? "t" : "f") : nil
    self.set = dialect.hasMembershipOptions ? (set ? "t" : "f") : nil
  }

  init(_ row: Row) throws(PostgresError) {
    role = try row.text("scope")
    admin = try row["admin_option"]
    inherit = try row["inherit_option"]
    set = try row["set_option"]
  }
}

extension RolePlan {
  /// What `RoleCreation` makes the role a member of.
  func memberships(_ dialect: Dialect) -> Set<Membership> {
    Set(scopes.map { Membership(of: $0, inherit: true, dialect) })
      .union([Membership(of: markerRole, inherit: false, dialect)])
      .union(actsAs.map { [Membership(of: $0, inherit: false, set: true, dialect)] } ?? [])
  }
}
