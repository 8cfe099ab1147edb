import AccessCore

extension Survey {
  /// In what a role is not as its plan says; everything in an order that stays the same, so that
  /// what was reported once is known again.
  func drift(of expected: ExpectedRole, _ role: SurveyedRole?, _ tag: OriginTag) -> [Drift] {
    guard let role else { return [Drift(.missing, "there is no such role any more")] }
    // What a fence changes is no news.
    if role.isFenced { return [] }
    let found =
      marking(of: expected, role, tag) + attributes(of: expected.plan, role)
      + role.powers.map { Drift(.power, "it has \($0)") } + memberships(of: expected)
      + (members[role.oid] ?? []).map { Drift(.member, "\($0) is a member of it") }
      + (settings[role.oid] ?? []).filter { !expected.plan.makes($0) }
      .map { Drift(.setting, "it has a setting: \($0)") }
    let unnamed = unnamed[role.oid] ?? (0, 0)
    return listed(found, unnamed: unnamed.members + unnamed.settings)
  }

  private func marking(
    of expected: ExpectedRole, _ role: SurveyedRole, _ tag: OriginTag
  ) -> [Drift] {
    var found: [String] = []
    if role.name != expected.identity.name { found.append("it is called \(role.name) now") }
    if !tag.marks(role.comment) {
      found.append(role.comment == nil ? "its tag is gone" : "its comment is not our tag any more")
    }
    return found.map { Drift(.marking, $0) }
  }

  private func attributes(of plan: RolePlan, _ role: SurveyedRole) -> [Drift] {
    var found: [String] = []
    if !role.canLogIn { found.append("LOGIN is off") }
    if role.connectionLimit != plan.sessions {
      found.append("CONNECTION LIMIT is \(role.connectionLimit), not \(plan.sessions)")
    }
    if role.expiresMs != plan.expiresAt.milliseconds {
      let end = role.expiresMs.map { "\(Timestamp(milliseconds: $0))" } ?? "never or always"
      found.append("VALID UNTIL is \(end), not \(plan.expiresAt)")
    }
    return found.map { Drift(.attribute, $0) }
  }

  private func memberships(of expected: ExpectedRole) -> [Drift] {
    let planned = expected.plan.memberships(dialect)
    let found = memberships[expected.identity.oid] ?? []
    let (plannedRoles, foundRoles) = (Set(planned.map(\.role)), Set(found.map(\.role)))
    return Set(planned.symmetricDifference(found).map(\.role)).sorted().map { role in
      switch (plannedRoles.contains(role), foundRoles.contains(role)) {
      case (true, false): Drift(.membership, "it is not a member of \(role) any more")
      case (false, _): Drift(.membership, "it is a member of \(role)")
      case (true, true): Drift(.membership, "it is a member of \(role) otherwise than we made it")
      }
    }
  }

  private func listed(_ found: [Drift], unnamed: Int) -> [Drift] {
    let short = found.map { Drift($0.kind, String($0.found.prefix(Limits.driftTextMax))) }
    let more = max(0, short.count - Limits.driftListedMax) + unnamed
    guard more > 0, let last = short.last else { return short }
    return short.prefix(Limits.driftListedMax) + [Drift(last.kind, "and \(more) more")]
  }
}

extension RolePlan {
  /// A role that acts as an owner begins its sessions so; its holder may undo that.
  fileprivate func makes(_ setting: RoleSetting) -> Bool {
    actsAs != nil && setting.name == "role" && setting.database == nil
  }
}

extension RoleSetting: CustomStringConvertible {
  var description: String { database.map { "\(name) in \($0)" } ?? name }
}
