extension Policy {
  /// The entitlements by which `person` may ask for `role` on `database`, by name.
  package func entitlements(
    for person: Principal, database: DatabaseName, role: RoleName
  ) -> [Entitlement] {
    entitlements.values
      .filter { $0.covers(database, role) && isMember(person, of: $0.requesters) }
      .sorted { $0.name < $1.name }
  }

  /// Databases in other environments with names like the one that was asked for; only those that
  /// the requester may ask for as well, because nobody should learn of others by this.
  package func lookAlikes(of ask: Ask) -> [Database] {
    guard let names = lookAlikes[ask.database] else { return [] }
    let own = entitlements(for: ask.requester)
    return names.sorted().compactMap { databases[$0] }.filter { other in
      other.environment != ask.environment && own.contains { $0.databases.contains(other.name) }
    }
  }

  /// Everything that `person` may ask for, by entitlement name.
  package func entitlements(for person: Principal) -> [Entitlement] {
    entitlements.values
      .filter { isMember(person, of: $0.requesters) }
      .sorted { $0.name < $1.name }
  }
}

extension Entitlement {
  package func covers(_ database: DatabaseName, _ role: RoleName) -> Bool {
    databases.contains(database) && roles.contains(role)
  }
}
