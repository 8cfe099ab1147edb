import AccessCore

/// One privilege that a scope holds, or is to hold.
struct Right: Hashable, Comparable, Sendable {
  enum Place: Hashable, Sendable {
    /// `TABLE app.orders`, and a column of it as it stands in SQL.
    case thing(String, column: String?)
    /// `TABLES` that somebody is yet to make, in one schema or in any.
    case future(String, schema: String?)
  }

  let scope: String
  /// In whose name it is given: the owner of the thing.
  let grantor: String
  let place: Place
  /// `SELECT`
  let privilege: String

  /// `SELECT on TABLE app.orders`
  var words: String {
    switch place {
    case .thing(let target, nil): "\(privilege) on \(target)"
    case .thing(let target, let column?): "\(privilege) (\(column)) on \(target)"
    case .future(let things, let schema):
      "\(privilege) on future \(things)\(schema.map { " in \($0)" } ?? "") of \(grantor)"
    }
  }

  static func < (a: Right, b: Right) -> Bool {
    (a.grantor, a.words, a.scope) < (b.grantor, b.words, b.scope)
  }
}

/// What a policy wants, on what there is.
struct WantedRights: Sendable {
  private(set) var rights: Set<Right> = []
  /// What the policy names and the server does not have; for people.
  private(set) var missing: [String] = []
  private let things: [ScopeCatalog.Thing]

  init(_ scopes: [KeptScope], in catalog: ScopeCatalog) {
    things = catalog.things
    for scope in scopes {
      for rule in scope.rules { add(rule, of: scope) }
      // Whoever cannot connect has nothing of all this.
      if !catalog.publicConnects {
        rights.insert(
          Right(
            scope: scope.name, grantor: catalog.databaseOwner,
            place: .thing(catalog.database, column: nil), privilege: "CONNECT"))
      }
    }
  }

  private mutating func add(_ rule: PrivilegeRule, of scope: KeptScope) {
    for schema in rule.schemas {
      guard things.contains(where: { $0.target == .schemas && $0.schema == schema }) else {
        report("the role \(scope.role) speaks of the schema \(schema.inert), which there is not")
        continue
      }
      for thing in found(rule, in: schema, for: scope) {
        for privilege in rule.allow { insert(privilege, on: thing, scope) }
      }
      for owner in rule.future {
        for privilege in rule.allow {
          rights.insert(
            Right(
              scope: scope.name, grantor: owner,
              place: .future(rule.on.rawValue.uppercased(), schema: schema),
              privilege: privilege.sql))
        }
      }
    }
  }

  /// What belongs to an extension is only meant when it is named.
  private mutating func found(
    _ rule: PrivilegeRule, in schema: String, for scope: KeptScope
  ) -> [ScopeCatalog.Thing] {
    let all = things.filter { $0.target == rule.on && $0.schema == schema }
    guard let only = rule.only else { return all.filter { !$0.isOfExtension } }
    return only.flatMap { name in
      let named = all.filter { $0.name == name }
      if rule.on == .columns {
        return rule.columns.flatMap { column in
          expect(
            named.filter { $0.column == column },
            "the role \(scope.role) speaks of the column \(column.inert) of "
              + "\(schema.inert).\(name.inert), which there is not")
        }
      }
      return expect(
        named,
        "the role \(scope.role) speaks of \(schema.inert).\(name.inert), which is not one of the "
          + "\(rule.on.rawValue) there")
    }
  }

  private mutating func expect(
    _ things: [ScopeCatalog.Thing], _ otherwise: String
  ) -> [ScopeCatalog.Thing] {
    if things.isEmpty { report(otherwise) }
    return things
  }

  private mutating func report(_ words: String) {
    if !missing.contains(words) { missing.append(words) }
  }

  private mutating func insert(
    _ privilege: Privilege, on thing: ScopeCatalog.Thing, _ scope: KeptScope
  ) {
    rights.insert(
      Right(
        scope: scope.name, grantor: thing.owner,
        place: .thing(thing.sql, column: thing.columnSQL), privilege: privilege.sql))
  }
}
