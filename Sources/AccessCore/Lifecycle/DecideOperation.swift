/// What somebody who runs the broker has it do to a database.
package enum Operation: Sendable, Equatable {
  /// Looks, and changes nothing.
  case preflight(DatabaseName)
  /// The same for the scope roles that the broker keeps.
  case plan(DatabaseName)
  /// Brings them into step.
  case apply(ScopesApplying)
  /// Gives the broker's own login a new secret.
  case rotate(DatabaseName)
  /// Compares the roles of one database, or of all, with the grants; ends what is nobody's.
  case reconcile(DatabaseName?)

  /// How the attempt is called in the ledger when it is refused.
  var attempt: String {
    switch self {
    case .preflight: "preflight"
    case .rotate: "rotate"
    case .plan: "plan"
    case .apply: "apply"
    case .reconcile: "reconcile"
    }
  }
}

func decideOperation(
  _ operation: Operation, by caller: Caller, _ context: Context
) throws(Refusal) -> [Event] {
  try require(.operate, of: caller, context.policy)
  switch operation {
  case .preflight(let name), .plan(let name):
    _ = try context.policy.database(name)
    return []
  case .rotate(let name):
    return [.credentialRotated(CredentialRotated(try context.policy.rotation(of: name)))]
  case .apply(let intent):
    // It gives privileges: as little as an activation may it rest on a ledger in doubt.
    try requireIssuing(context)
    _ = try context.policy.database(intent.database)
    return [.scopesApplying(intent)]
  case .reconcile(let name):
    if let name { _ = try context.policy.database(name) }
    return []
  }
}

extension Policy {
  /// The database of this name, for somebody who may know of all of them.
  package func database(_ name: DatabaseName) throws(Refusal) -> Database {
    if let database = databases[name] { return database }
    throw Refusal(
      .unknownDatabase, "there is no database \(name)",
      hint: offer(name.text, databases.keys.map(\.text))
        ?? "the policy names them under `databases:`")
  }

  /// The scope roles that the broker keeps on the database, by name of the role.
  package func keptScopes(on database: Database, _ names: KeptScopeNames) -> [KeptScope] {
    roles(on: database.name).filter { !$0.postgresql.privileges.isEmpty }.map { role in
      KeptScope(
        name: names.name(of: role.name, on: database.uid), role: role.name,
        rules: role.postgresql.privileges)
    }
  }

  /// The roles that somebody can ask for on the database, by name.
  package func roles(on database: DatabaseName) -> [Role] {
    let names = entitlements.values.filter { $0.databases.contains(database) }
      .reduce(into: Set<RoleName>()) { $0.formUnion($1.roles) }
    return names.sorted().compactMap { roles[$0] }
  }
}
