/// The scope roles that the broker keeps: what they should hold, do hold, and the way from the one
/// to the other.
package protocol ScopeKeeping: Sendable {
  /// Compares the policy with the server, and changes nothing.
  func plan(_ question: ScopeQuestion) async throws(ProvisioningError) -> ScopePlan

  /// Makes the scope roles that are missing, in one transaction; they hold nothing yet.
  func makeRoles(of plan: ScopePlan) async throws(ProvisioningError)

  /// Gives and takes privileges, in one transaction. The login has to be one that can act as the
  /// owners.
  func changePrivileges(by plan: ScopePlan) async throws(ProvisioningError)
}

/// A scope role and what it is to hold.
package struct KeptScope: Sendable, Equatable {
  /// Its name in the server.
  package let name: String
  package let role: RoleName
  package let rules: [PrivilegeRule]

  package init(name: String, role: RoleName, rules: [PrivilegeRule]) {
    self.name = name
    self.role = role
    self.rules = rules
  }
}

package struct ScopeQuestion: Sendable {
  package let database: DatabaseUID
  /// Every scope of the database; one that is there and not named has to hold nothing.
  package let scopes: [KeptScope]
  /// The login that will change privileges; nil when people do it by hand.
  package let applier: String?

  package init(database: DatabaseUID, scopes: [KeptScope], applier: String?) {
    self.database = database
    self.scopes = scopes
    self.applier = applier
  }
}

package struct ScopePlan: Sendable, Equatable {
  package let systemIdentifier: String
  /// Statements for the broker's own login: what makes the roles.
  package let roles: [String]
  /// Statements for the login that acts as the owners.
  package let privileges: [String]
  package let drift: [ScopeDrift]
  /// Why the statements would not do, each with what to do about it; nothing is applied then.
  package let obstacles: [String]
  /// As whom privileges are given: who owns what the policy names.
  package let owners: [String]

  package init(
    systemIdentifier: String, roles: [String], privileges: [String], drift: [ScopeDrift],
    obstacles: [String], owners: [String]
  ) {
    self.systemIdentifier = systemIdentifier
    self.roles = roles
    self.privileges = privileges
    self.drift = drift
    self.obstacles = obstacles
    self.owners = owners
  }

  package var statements: [String] { roles + privileges }
}

/// In what a scope is not as the policy has it.
package struct ScopeDrift: Sendable, Equatable {
  package enum Direction: String, Sendable {
    case missing, excess
  }

  package let scope: String
  package let direction: Direction
  /// `SELECT on TABLE public.orders`
  package let what: String
  /// Why no statement of the plan mends it, and what does; nil when one does.
  package let note: String?

  package init(scope: String, direction: Direction, what: String, note: String? = nil) {
    self.scope = scope
    self.direction = direction
    self.what = what
    self.note = note
  }
}
