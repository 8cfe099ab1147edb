import AccessCore

extension Reader {
  func roles(_ entries: [Entry]) -> [RoleName: Role] {
    var roles: [RoleName: Role] = [:]
    for entry in entries {
      if let role = role(entry) { roles[role.name] = role }
    }
    return roles
  }

  private func role(_ entry: Entry) -> Role? {
    let name: RoleName? = self.name(entry.key)
    guard let fields = fields(entry, known: ["writes", "postgresql"]) else { return nil }
    let writes = fields["writes"].flatMap { boolean($0.value) } ?? true
    let scope = required("postgresql", in: fields).flatMap(postgresScope)
    guard let name, let scope else { return nil }
    if !writes, let place = fields["writes"]?.value.place { refuseWriting(scope, at: place) }
    return Role(name: name, writes: writes, postgresql: scope)
  }

  private func postgresScope(_ entry: Entry) -> PostgresScope? {
    let known = ["member_of", "privileges", "acts_as"]
    let errorsBefore = errorCount
    guard let fields = fields(entry, known: known) else { return nil }
    guard known.contains(where: { fields[$0] != nil }) else {
      // Who misspelt one of them knows that something must be there.
      guard errorCount == errorsBefore else { return nil }
      error(
        fields.owner, "expected member_of, privileges or acts_as",
        hint: "Name the group roles: member_of: [a_read].")
      return nil
    }
    let memberOf = fields["member_of"].map { list($0.value, of: "group roles", groupRole) }
    let privileges = fields["privileges"].map { privilegeRules($0.value) }
    let actsAs = fields["acts_as"].map { serverRole($0.value, "the name of an owner") }
    guard errorCount == errorsBefore else { return nil }
    return PostgresScope(
      memberOf: (memberOf ?? []) ?? [], privileges: (privileges ?? []) ?? [],
      actsAs: actsAs ?? nil)
  }

  private func groupRole(_ node: Node) -> String? { serverRole(node, "the name of a group role") }

  /// The name of a role that can be given to people.
  func serverRole(_ node: Node, _ wanted: String) -> String? {
    guard let name = serverName(node, wanted) else { return nil }
    if dangerousScopes.contains(name) {
      error(
        node.place, "the role \(name.quoted) gives power over the whole server",
        hint: "Name a role that holds only what people need.")
      return nil
    }
    if ["public", "none"].contains(name) {
      error(node.place, "\(name.quoted) is not a role: PostgreSQL keeps the word for itself")
      return nil
    }
    return name
  }

  /// Who is told that a role only reads must be able to rely on it.
  private func refuseWriting(_ scope: PostgresScope, at place: Place) {
    let writing = scope.privileges.flatMap { rule in
      rule.allow.filter { $0.writes && rule.on != .schemas || $0 == .create }
    }
    if let first = writing.first {
      error(
        place, "writes is false, but the privileges allow \(first.rawValue)",
        hint: "Leave writes out, or take it from the privileges.")
    } else if let owner = scope.actsAs {
      error(
        place, "writes is false, but it acts as the owner \(owner.quoted)",
        hint: "Leave writes out.")
    }
  }
}

/// Membership in these is, or leads to, being a superuser or the server's system user, or ends
/// the broker's own sessions (PostgreSQL manual, "Predefined Roles").
private let dangerousScopes: Set<String> = [
  "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
  "pg_signal_backend", "rds_superuser", "cloudsqlsuperuser",
]
