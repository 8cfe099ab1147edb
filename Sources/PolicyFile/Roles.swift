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
    return Role(name: name, writes: writes, postgresql: scope)
  }

  private func postgresScope(_ entry: Entry) -> PostgresScope? {
    let later = ["privileges", "acts_as"]
    let errorsBefore = errorCount
    guard let fields = fields(entry, known: ["member_of"], later: later) else { return nil }
    // Who used a form that comes later, or misspelt this one, knows that something must be there.
    guard fields["member_of"] != nil || errorCount == errorsBefore else { return nil }
    return required("member_of", in: fields, hint: "Name the group roles: member_of: [a_read].")
      .flatMap { list($0.value, of: "group roles", scopeRole) }
      .map { .memberOf($0) }
  }

  private func scopeRole(_ node: Node) -> String? {
    guard let name = serverName(node, "the name of a group role") else { return nil }
    if dangerousScopes.contains(name) {
      error(
        node.place, "the role \(name.quoted) gives power over the whole server",
        hint: "Name a group role that holds only what people need.")
      return nil
    }
    if ["public", "none"].contains(name) {
      error(node.place, "\(name.quoted) is not a role: PostgreSQL keeps the word for itself")
      return nil
    }
    return name
  }
}

/// Membership in these is, or leads to, being a superuser or the server's system user, or ends
/// the broker's own sessions (PostgreSQL manual, "Predefined Roles").
private let dangerousScopes: Set<String> = [
  "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
  "pg_signal_backend", "rds_superuser", "cloudsqlsuperuser",
]
