/// Everything that the policy files say, merged and checked.
///
/// A value of this type is consistent: every name that it mentions is defined in it.
package struct Policy: Sendable, Equatable {
  package var groups: [GroupName: Set<Principal>]
  package var authorities: [Authority: [Party]]
  package var databases: [DatabaseName: Database]
  package var roles: [RoleName: Role]
  package var entitlements: [EntitlementName: Entitlement]
  /// The SSH keys that sign for a person.
  package var signers: [Principal: [SSHKey]]
  /// Reviews of people who were authenticated like that are refused, and count for nothing.
  package var reviewsNotBy: Set<ReviewMethod>
  /// The zone in which people write clock times (`--start 18:00`), and in which days begin.
  package var zone: Zone
  package var freezes: [FreezeName: Freeze]
  /// Databases with names that are easily taken for each other, both ways.
  package var lookAlikes: [DatabaseName: Set<DatabaseName>]

  package init(
    groups: [GroupName: Set<Principal>] = [:], authorities: [Authority: [Party]] = [:],
    databases: [DatabaseName: Database] = [:], roles: [RoleName: Role] = [:],
    entitlements: [EntitlementName: Entitlement] = [:], signers: [Principal: [SSHKey]] = [:],
    reviewsNotBy: Set<ReviewMethod> = [], zone: Zone = .utc,
    freezes: [FreezeName: Freeze] = [:], lookAlikes: [DatabaseName: Set<DatabaseName>] = [:]
  ) {
    self.groups = groups
    self.authorities = authorities
    self.databases = databases
    self.roles = roles
    self.entitlements = entitlements
    self.signers = signers
    self.reviewsNotBy = reviewsNotBy
    self.zone = zone
    self.freezes = freezes
    self.lookAlikes = lookAlikes
  }
}

/// Who a rule speaks of. A group and a person never share a name.
package enum Party: Hashable, Sendable {
  case group(GroupName)
  case person(Principal)

  package var text: String {
    switch self {
    case .group(let name): name.text
    case .person(let name): name.text
    }
  }
}

/// What somebody may do beyond their own requests.
package enum Authority: String, Sendable, CaseIterable, Codable {
  /// See everything, export, verify, report.
  case audit
  /// End anybody's grant; lockdown.
  case revoke
  /// Preflight, plan, apply, reconcile, policy reload.
  case operate
}

extension Policy {
  package func people(in party: Party) -> Set<Principal> {
    switch party {
    case .group(let name): groups[name] ?? []
    case .person(let person): [person]
    }
  }

  package func people(in parties: [Party]) -> Set<Principal> {
    parties.reduce(into: []) { $0.formUnion(people(in: $1)) }
  }

  /// Everybody whom it names, as a member of a group or by themselves.
  package var everybody: Set<Principal> {
    let parties = authorities.values.flatMap { $0 } + entitlements.values.flatMap(\.requesters)
    return groups.values.reduce(people(in: parties)) { $0.union($1) }
  }

  package func isMember(_ person: Principal, of parties: [Party]) -> Bool {
    parties.contains { party in
      switch party {
      case .group(let name): groups[name]?.contains(person) ?? false
      case .person(let name): name == person
      }
    }
  }

  package func groups(of person: Principal) -> [GroupName] {
    groups.filter { $0.value.contains(person) }.map(\.key).sorted()
  }

  package func has(_ person: Principal, _ authority: Authority) -> Bool {
    isMember(person, of: authorities[authority] ?? [])
  }
}
