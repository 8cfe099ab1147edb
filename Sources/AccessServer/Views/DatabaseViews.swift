import AccessAPI
import AccessCore

/// What a person may ask for, database by database.
func databaseViews(for person: Principal, _ policy: Policy) -> [DatabaseView] {
  let rules = policy.entitlements(for: person)
  let names = Set(rules.flatMap(\.databases)).sorted()
  return names.compactMap { policy.databases[$0] }.map { database in
    let offers = rules.filter { $0.databases.contains(database.name) }.flatMap { rule in
      rule.roles.sorted().compactMap { policy.roles[$0] }.map { role in
        DatabaseView.RoleOffer(
          role: role.name.text, entitlement: rule.name.text, maxDuration: rule.maxDuration.text,
          needs: policy.progress(under: rule.review, approvals: [], requester: person).needs
            .map(NeedView.init),
          writes: role.writes, breakGlass: rule.isBreakGlass)
      }
    }
    return DatabaseView(
      name: database.name.text, uid: database.uid.text, environment: database.environment.rawValue,
      engine: database.access.engine.rawValue,
      roles: offers.sorted { ($0.role, $0.entitlement) < ($1.role, $1.entitlement) })
  }
}

extension WhoamiView {
  init(_ caller: Caller, _ policy: Policy) {
    let method =
      switch caller.proof {
      case .peer: "peer"
      case .token: "token"
      case .admin: "admin"
      }
    let groups = caller.isAdmin ? [] : policy.groups(of: caller.principal)
    self.init(
      principal: caller.principal.text, method: method, groups: groups.map(\.text),
      authorities: Authority.allCases.filter { policy.authorises(caller, $0) }.map(\.rawValue))
  }
}
