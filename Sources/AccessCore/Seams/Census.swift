/// A role that a server should have now, because its grant is active.
package struct ExpectedRole: Sendable, Equatable {
  package let identity: RoleIdentity
  package let plan: RolePlan

  package init(_ identity: RoleIdentity, _ plan: RolePlan) {
    self.identity = identity
    self.plan = plan
  }
}

/// The roles of ours that a server has, and what is not as we made it.
package struct Census: Sendable, Equatable {
  package let systemIdentifier: String
  /// Those with our marker and our origin's tag.
  package let roles: [RoleIdentity]
  /// Those of `roles`, and of the expected ones, whose end has begun.
  package let fenced: Set<RoleIdentity>
  /// Those of `roles` that were made in an earlier epoch of the ledger than the present one.
  package let earlier: Set<RoleIdentity>
  /// In what expected roles differ from their plans, in an order that stays the same; those that do
  /// not differ are left out. One that another server had is found by its name and our tag.
  package let drift: [RoleIdentity: [Drift]]
  /// Roles that look like ours, by their name or by half of what marks ours. They may be anybody's.
  package let strangers: [RoleIdentity: [Drift]]

  package init(
    systemIdentifier: String, roles: [RoleIdentity], fenced: Set<RoleIdentity>,
    earlier: Set<RoleIdentity> = [], drift: [RoleIdentity: [Drift]] = [:],
    strangers: [RoleIdentity: [Drift]] = [:]
  ) {
    self.systemIdentifier = systemIdentifier
    self.roles = roles
    self.fenced = fenced
    self.earlier = earlier
    self.drift = drift
    self.strangers = strangers
  }
}

/// One thing about a role that is not as the broker made it.
package struct Drift: Hashable, Sendable, Codable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// The role is gone.
    case missing
    /// Another server answers where the role was made; it may have it, or not.
    case moved
    /// Its name, its tag, or its membership in the marker role.
    case marking
    /// LOGIN, the number of connections, the expiry.
    case attribute
    /// It may more in the whole server than an ordinary role.
    case power
    /// What it is a member of.
    case membership
    /// Who is a member of it.
    case member
    /// Settings that it begins its sessions with.
    case setting
    /// The role is not ours, though it looks like it.
    case stranger
  }

  package let kind: Kind
  /// For people: `CONNECTION LIMIT is 100, not 4`.
  package let found: String

  package init(_ kind: Kind, _ found: String) {
    self.kind = kind
    self.found = found
  }
}
