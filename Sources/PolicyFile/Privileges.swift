import AccessCore

extension Reader {
  func privilegeRules(_ node: Node) -> [PrivilegeRule]? {
    guard let rules = list(node, of: "privileges", privilegeRule) else { return nil }
    warnOfClosedSchemas(rules, node)
    return rules
  }

  /// `{ allow: [select, insert], on: tables, in: [public] }`
  private func privilegeRule(_ node: Node) -> PrivilegeRule? {
    let known = ["allow", "on", "in", "only", "columns", "future"]
    let errorsBefore = errorCount
    guard let fields = fields(node, known: known) else { return nil }
    let target = required("on", in: fields)
      .flatMap { choice($0.value, of: PrivilegeTarget.self, "a kind of thing") }
    let allow = required("allow", in: fields).flatMap { privileges($0.value, target) }
    let schemas = required("in", in: fields, hint: "Name the schemas: in: [public].")
      .flatMap { list($0.value, of: "schemas", schema) }
    if let target { refuseMisplaced(fields, target) }
    let only = fields["only"].flatMap { list($0.value, of: "things", thing) }
    let columns = fields["columns"].flatMap { list($0.value, of: "columns", thing) }
    let future = fields["future"].flatMap { list($0.value, of: "owners", futureOwner) }
    guard errorCount == errorsBefore, let target, let allow, let schemas else { return nil }
    return PrivilegeRule(
      allow: allow, on: target, schemas: schemas, only: only, columns: columns ?? [],
      future: future ?? [])
  }

  /// Privileges that there are on such things.
  private func privileges(_ node: Node, _ target: PrivilegeTarget?) -> [Privilege]? {
    list(node, of: "privileges") { node in
      guard let privilege = choice(node, of: Privilege.self, "a privilege") else { return nil }
      guard let target, !target.privileges.contains(privilege) else { return privilege }
      let words = target.privileges.map(\.rawValue).joined(separator: ", ")
      error(
        node.place, "\(privilege.rawValue.quoted) cannot be allowed on \(target.rawValue)",
        hint: "On \(target.rawValue) there is: \(words).")
      return nil
    }
  }

  private func schema(_ node: Node) -> String? {
    guard let name = serverName(node, "the name of a schema") else { return nil }
    if name.hasPrefix("pg_") || name == "information_schema" {
      error(node.place, "the schema \(name.quoted) is the server's own")
      return nil
    }
    return name
  }

  private func thing(_ node: Node) -> String? { serverName(node, "a name, without its schema") }

  private func futureOwner(_ node: Node) -> String? { serverRole(node, "the name of an owner") }

  /// Keys that mean nothing beside the others, and those that are missing beside them.
  private func refuseMisplaced(_ fields: Fields, _ target: PrivilegeTarget) {
    func refuse(_ key: String, unless allowed: [PrivilegeTarget]) {
      guard let entry = fields[key], !allowed.contains(target) else { return }
      let kinds = allowed.map(\.rawValue).joined(separator: ", ")
      error(
        entry.key.place, "\(key.quoted) has no meaning on \(target.rawValue)",
        hint: "It belongs to: \(kinds).")
    }
    refuse("only", unless: [.tables, .columns, .sequences, .routines])
    refuse("columns", unless: [.columns])
    refuse("future", unless: [.tables, .sequences, .routines])
    if target == .columns {
      _ = required("only", in: fields, hint: "Name the tables: only: [customers].")
      _ = required("columns", in: fields, hint: "Name the columns: columns: [id, name].")
    }
    if fields["only"] != nil, let future = fields["future"],
      [.tables, .sequences, .routines].contains(target)
    {
      error(
        future.key.place, "\"future\" and \"only\" exclude each other: nothing has a name yet",
        hint: "Write two rules.")
    }
  }

  /// What is in a schema can be used only by who may use the schema. In `public` everybody may,
  /// unless somebody changed that.
  private func warnOfClosedSchemas(_ rules: [PrivilegeRule], _ node: Node) {
    guard case .sequence(let nodes) = node.content else { return }
    let open = rules.filter { $0.on == .schemas && $0.allow.contains(.usage) }
      .reduce(into: Set(["public"])) { $0.formUnion($1.schemas) }
    var told: Set<String> = []
    for (rule, node) in zip(rules, nodes) where rule.on != .schemas {
      for schema in rule.schemas where !open.contains(schema) && told.insert(schema).inserted {
        warning(
          node.place, "nothing here lets the role into the schema \(schema.quoted)",
          hint: "Add { allow: [usage], on: schemas, in: [\(schema.inert)] }.")
      }
    }
  }
}
