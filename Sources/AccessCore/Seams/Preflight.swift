/// What an operator asks of one server, with the broker's own login there: is it fit for grants?
package protocol Preflighting: Sendable {
  /// Looks at everything that the policy leans on, and changes nothing.
  func preflight(_ question: PreflightQuestion) async throws(ProvisioningError) -> PreflightReport
}

/// What the policy wants of a database.
package struct PreflightQuestion: Sendable {
  /// The login that is the broker's by the policy.
  package let admin: AdminLogin
  /// What people can ask for.
  package let roles: [Role]
  /// Scope roles that the broker keeps, and who changes what they hold.
  package let kept: ScopeQuestion?
  package let accept: Set<Danger>
  /// The broker's wall clock.
  package let clock: @Sendable () -> Timestamp

  package init(
    admin: AdminLogin, roles: [Role], kept: ScopeQuestion? = nil, accept: Set<Danger> = [],
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.admin = admin
    self.roles = roles
    self.kept = kept
    self.accept = accept
    self.clock = clock
  }

  /// Group roles that others made.
  package var scopes: [String] { Set(roles.flatMap(\.postgresql.memberOf)).sorted() }
  /// Owners that grants act as.
  package var owners: [String] { Set(roles.compactMap(\.postgresql.actsAs)).sorted() }
}

package struct PreflightReport: Sendable, Equatable {
  /// As people say it: `15.18`.
  package let serverVersion: String
  package let checks: [PreflightCheck]
  /// The statements by which a superuser makes the least admin that this policy needs here.
  package let leastAdmin: [String]

  package init(serverVersion: String, checks: [PreflightCheck], leastAdmin: [String]) {
    self.serverVersion = serverVersion
    self.checks = checks
    self.leastAdmin = leastAdmin
  }

  /// What refuses activation; empty when access can be given.
  package var refusing: [PreflightCheck] { checks.filter(\.refuses) }
}

/// One thing that was looked at.
package struct PreflightCheck: Sendable, Equatable {
  package enum Verdict: Sendable, Equatable {
    case ok
    /// Something that a careful operator would change.
    case warning
    /// The policy may accept it by name.
    case danger(Danger, accepted: Bool)
    /// Without it no access can be given and ended; there is nothing to accept.
    case missing
  }

  package let name: String
  package let verdict: Verdict
  package let found: String
  /// Why it matters.
  package let why: String
  /// Statements that mend it, for a superuser or the owner; empty when nothing is to be done or no
  /// statement does it.
  package let sql: [String]

  package init(
    _ name: String, _ verdict: Verdict, found: String, why: String, sql: [String] = []
  ) {
    self.name = name
    self.verdict = verdict
    self.found = found
    self.why = why
    self.sql = sql
  }

  package var refuses: Bool {
    switch verdict {
    case .ok, .warning, .danger(_, accepted: true): false
    case .danger(_, accepted: false), .missing: true
    }
  }
}

/// A danger with what was found.
package struct FoundDanger: Sendable, Equatable {
  package let danger: Danger
  /// For people: `the scope app_read is LOGIN`.
  package let found: String

  package init(_ danger: Danger, _ found: String) {
    self.danger = danger
    self.found = found
  }
}
