extension Policy {
  /// The entitlements by which `person` may ask for `role` on `database`, by name.
  package func entitlements(
    for person: Principal, database: DatabaseName, role: RoleName
  ) -> [Entitlement] {
    entitlements.values
      .filter { $0.covers(database, role) && people(in: $0.requesters).contains(person) }
      .sorted { $0.name < $1.name }
  }

  /// Everything that `person` may ask for, by entitlement name.
  package func entitlements(for person: Principal) -> [Entitlement] {
    entitlements.values
      .filter { people(in: $0.requesters).contains(person) }
      .sorted { $0.name < $1.name }
  }
}

extension Entitlement {
  package func covers(_ database: DatabaseName, _ role: RoleName) -> Bool {
    databases.contains(database) && roles.contains(role)
  }
}
