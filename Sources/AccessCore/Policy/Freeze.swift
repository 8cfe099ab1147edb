/// A time in which no new access is given.
///
/// It never stops a revocation, and ends what is live only if it says so.
package struct Freeze: Sendable, Equatable {
  package let name: FreezeName
  package let time: Time
  package let reason: String?
  /// On what it lies; nil is all there are.
  package let databases: Set<DatabaseName>?
  package let environments: Set<Environment>?
  package let roles: Set<RoleName>?
  /// Entitlements that it does not stop.
  package let except: Set<EntitlementName>
  package let endsGrants: Bool

  package enum Time: Sendable, Equatable {
    /// Up to the second, which does not belong to it.
    case between(Timestamp, Timestamp)
    case during([Window])
  }

  package init(
    name: FreezeName, time: Time, reason: String? = nil, databases: Set<DatabaseName>? = nil,
    environments: Set<Environment>? = nil, roles: Set<RoleName>? = nil,
    except: Set<EntitlementName> = [], endsGrants: Bool = false
  ) {
    self.name = name
    self.time = time
    self.reason = reason
    self.databases = databases
    self.environments = environments
    self.roles = roles
    self.except = except
    self.endsGrants = endsGrants
  }

  func covers(_ target: Target) -> Bool {
    databases?.contains(target.database) ?? true
      && environments?.contains(target.environment) ?? true
      && roles?.contains(target.role) ?? true
      && !except.contains(target.entitlement)
  }

  func contains(_ moment: Timestamp) -> Bool {
    switch time {
    case .between(let from, let to): from <= moment && moment < to
    case .during(let windows): windows.contain(moment)
    }
  }

  /// When it next begins or ends after `moment`; nil when it does not any more.
  func nextEdge(after moment: Timestamp) -> Timestamp? {
    switch time {
    case .between(let from, let to): [from, to].first { $0 > moment }
    case .during(let windows): windows.nextEdge(after: moment)
    }
  }
}

/// What access is to, and by which rule.
package struct Target: Sendable {
  package let database: DatabaseName
  package let environment: Environment
  package let role: RoleName
  package let entitlement: EntitlementName

  package init(_ database: Database, _ role: RoleName, under rule: EntitlementName) {
    (self.database, environment) = (database.name, database.environment)
    (self.role, entitlement) = (role, rule)
  }

  package init(_ ask: Ask) {
    (database, environment) = (ask.database, ask.environment)
    (role, entitlement) = (ask.role, ask.entitlement)
  }
}
