import AccessCore
import PostgresClient

/// The statements of a plan, few and readable: privileges that go to one scope are put together.
struct ScopeStatements {
  private let sql: PreflightSQL

  init(_ sql: PreflightSQL) { self.sql = sql }

  /// What makes the scope roles, by the broker's own login: from 16 on only who made a role may
  /// give it.
  func roles(
    _ scopes: [KeptScope], _ catalog: ScopeCatalog, comment: String
  ) throws(PostgresError) -> [String] {
    var statements: [String] = []
    for scope in scopes {
      let name = try sql.name(scope.name)
      if let role = catalog.roles.first(where: { $0.name == scope.name }) {
        if role.canLogIn { statements.append("ALTER ROLE \(name) NOLOGIN") }
      } else {
        statements += [
          "CREATE ROLE \(name) NOLOGIN",
          "COMMENT ON ROLE \(name) IS \(try sql.text(comment))",
        ]
      }
    }
    return statements
  }

  /// What gives and takes privileges, owner by owner.
  func privileges(
    _ difference: ScopeDifference, held: Set<Right>
  ) throws(PostgresError) -> [String] {
    let changes = [
      (Verb.revoke, difference.taken), (.revokeGrantOption, difference.tamed),
      (.grant, difference.given(keeping: held)),
    ]
    let owners = Set(changes.flatMap { $0.1.map(\.grantor) }).sorted()
    var statements: [String] = []
    for owner in owners {
      statements.append("SET ROLE \(try sql.name(owner))")
      for (verb, rights) in changes {
        let rights = rights.filter { $0.grantor == owner }
        for scope in Set(rights.map(\.scope)).sorted() {
          statements += try self.statements(verb, rights.filter { $0.scope == scope }, scope)
        }
      }
    }
    return statements.isEmpty ? [] : statements + ["RESET ROLE"]
  }

  private enum Verb {
    case grant, revoke, revokeGrantOption

    func on(_ what: String, _ scope: String) -> String {
      switch self {
      case .grant: "GRANT \(what) TO \(scope)"
      case .revoke: "REVOKE \(what) FROM \(scope)"
      case .revokeGrantOption: "REVOKE GRANT OPTION FOR \(what) FROM \(scope)"
      }
    }
  }

  private func statements(
    _ verb: Verb, _ rights: Set<Right>, _ scope: String
  ) throws(PostgresError) -> [String] {
    let role = try sql.name(scope)
    var futures: [Future: [String]] = [:]
    var targets: [String: [(privilege: String, column: String?)]] = [:]
    for right in rights.sorted() {
      switch right.place {
      case .thing(let target, let column):
        targets[target, default: []].append((right.privilege, column))
      case .future(let things, let schema):
        futures[Future(things: things, schema: schema), default: []].append(right.privilege)
      }
    }
    var byPrivileges: [Kind: [String]] = [:]
    for (target, privileges) in targets {
      let (keyword, name) = split(target)
      byPrivileges[Kind(keyword: keyword, privileges: list(privileges)), default: []].append(name)
    }
    let present = byPrivileges.sorted { $0.key < $1.key }.flatMap { kind, names in
      chunks(names.sorted()).map {
        verb.on("\(kind.privileges) ON \(kind.keyword) \($0.joined(separator: ", "))", role)
      }
    }
    let future = try futures.sorted { $0.key < $1.key }
      .map { future, privileges throws(PostgresError) in
        let place = try future.schema.map { name throws(PostgresError) in
          " IN SCHEMA \(try sql.name(name))"
        }
        let what = "\(privileges.joined(separator: ", ")) ON \(future.things)"
        return "ALTER DEFAULT PRIVILEGES\(place ?? "") \(verb.on(what, role))"
      }
    return present + future
  }

  private struct Future: Hashable, Comparable {
    let things: String
    let schema: String?

    static func < (a: Self, b: Self) -> Bool {
      (a.schema ?? "", a.things) < (b.schema ?? "", b.things)
    }
  }

  private struct Kind: Hashable, Comparable {
    let keyword: String
    let privileges: String

    static func < (a: Self, b: Self) -> Bool {
      (a.keyword, a.privileges) < (b.keyword, b.privileges)
    }
  }

  /// `SELECT, UPDATE (id, name)`
  private func list(_ privileges: [(privilege: String, column: String?)]) -> String {
    let columns = Dictionary(grouping: privileges, by: \.privilege).mapValues {
      $0.compactMap(\.column).sorted()
    }
    let whole = Set(privileges.filter { $0.column == nil }.map(\.privilege))
    return columns.sorted { $0.key < $1.key }.flatMap { privilege, columns in
      (whole.contains(privilege) ? [privilege] : [])
        + (columns.isEmpty ? [] : ["\(privilege) (\(columns.joined(separator: ", ")))"])
    }.joined(separator: ", ")
  }

  /// `TABLE app.orders` as its keyword and its name: names that begin with a capital are in quotes.
  private func split(_ target: String) -> (keyword: String, name: String) {
    let keyword = target.prefix { ("A"..."Z").contains($0) || $0 == " " }
    return (
      String(keyword.dropLast()), String(target.dropFirst(keyword.count))
    )
  }

  /// Statements that a person can still read.
  private func chunks(_ names: [String]) -> [[String]] {
    stride(from: 0, to: names.count, by: 50).map { Array(names[$0..<min($0 + 50, names.count)]) }
  }
}
