import AccessCore
import PostgresClient

/// What a server has of the scopes that the broker keeps on one database, and of the things that
/// they are about.
struct ScopeCatalog: Sendable {
  struct Thing: Sendable {
    let target: PrivilegeTarget
    let schema: String
    let name: String
    let column: String?
    /// `TABLE app.orders`, as GRANT wants it.
    let sql: String
    let columnSQL: String?
    let owner: String
    let isOfExtension: Bool
  }

  struct ScopeRole: Sendable {
    let name: String
    let canLogIn: Bool
    let comment: String?
  }

  struct Owner: Sendable {
    let isSuperuser: Bool
    let canBeActedAs: Bool
  }

  let roles: [ScopeRole]
  let things: [Thing]
  let held: Set<Right>
  /// Those of `held` that a scope may hand on.
  let grantable: Set<Right>
  /// What scopes have outside of this database: scope, and what it is.
  let stray: [(scope: String, what: String)]
  /// `DATABASE orders`
  let database: String
  let databaseOwner: String
  let publicConnects: Bool
}

extension Connection {
  func scopeCatalog(
    _ question: ScopeQuestion, comment: String
  ) throws(PostgresError) -> ScopeCatalog {
    let rules = question.scopes.flatMap(\.rules)
    let roles = try query(.scopeRoles(question.scopes.map(\.name), or: comment))
      .map { row throws(PostgresError) in
        ScopeCatalog.ScopeRole(
          name: try row.text("rolname"), canLogIn: try row.bool("rolcanlogin"),
          comment: try row["comment"])
      }
    // What a stranger's role of the same name holds is none of our business.
    let names = roles.filter { $0.comment == comment }.map(\.name)
    let answers = try pipeline([
      .things(
        in: Set(rules.flatMap(\.schemas)).sorted(),
        columnsOf: Set(rules.filter { $0.on == .columns }.flatMap { $0.only ?? [] }).sorted()),
      .rights(of: names), .defaultRights(of: names), .strayRights(of: names), .databaseThing,
    ])
    let present = try answers[1].map(presentRight)
    let future = try answers[2].map(futureRight)
    let database = answers[4][0]
    return ScopeCatalog(
      roles: roles, things: try answers[0].map(thing).compactMap(\.self),
      held: Set((present + future).map(\.right)),
      grantable: Set((present + future).filter(\.grantable).map(\.right)),
      stray: try answers[3].map { row throws(PostgresError) in
        (try row.text("scope"), try row.text("what"))
      },
      database: try database.text("target"), databaseOwner: try database.text("owner"),
      publicConnects: try database.bool("public_connects"))
  }

  func owners(
    _ names: Set<String>, for applier: String?
  ) throws(PostgresError) -> [String: ScopeCatalog.Owner] {
    let dialect = Dialect(serverVersion: serverVersion)
    var owners: [String: ScopeCatalog.Owner] = [:]
    for row in try query(.owners(names.sorted(), for: applier, dialect)) {
      owners[try row.text("owner")] = ScopeCatalog.Owner(
        isSuperuser: try row.bool("rolsuper"), canBeActedAs: try row.bool("can_act"))
    }
    return owners
  }
}

/// The thing of a row of `Statement.things`; nil for what a policy cannot speak of.
private func thing(_ row: Row) throws(PostgresError) -> ScopeCatalog.Thing? {
  guard let target = PrivilegeTarget(rawValue: try row.text("class")) else { return nil }
  return ScopeCatalog.Thing(
    target: target, schema: try row.text("schema"), name: try row.text("name"),
    column: try row["column_name"], sql: try row.text("target"), columnSQL: try row["column_sql"],
    owner: try row.text("owner"), isOfExtension: try row.bool("is_of_extension"))
}

/// A right of a row of `Statement.rights`, and whether it may be handed on.
private func presentRight(_ row: Row) throws(PostgresError) -> (right: Right, grantable: Bool) {
  let right = Right(
    scope: try row.text("scope"), grantor: try row.text("grantor"),
    place: .thing(try row.text("target"), column: try row["column_name"]),
    privilege: try row.text("privilege_type"))
  return (right, try row.bool("is_grantable"))
}

/// The same of a row of `Statement.defaultRights`.
private func futureRight(_ row: Row) throws(PostgresError) -> (right: Right, grantable: Bool) {
  let right = Right(
    scope: try row.text("scope"), grantor: try row.text("owner"),
    place: .future(try row.text("things"), schema: try row["schema"]),
    privilege: try row.text("privilege_type"))
  return (right, try row.bool("is_grantable"))
}
