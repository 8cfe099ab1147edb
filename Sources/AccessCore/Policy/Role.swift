/// A named scope, mapped per engine to privileges.
package struct Role: Sendable, Equatable {
  package let name: RoleName
  /// Whether it can change data; the person is asked twice before it touches production.
  package let writes: Bool
  package let postgresql: PostgresScope

  package init(name: RoleName, writes: Bool = true, postgresql: PostgresScope) {
    self.name = name
    self.writes = writes
    self.postgresql = postgresql
  }
}

/// What a role means on PostgreSQL; a policy names one of the three at least.
package struct PostgresScope: Sendable, Equatable {
  /// NOLOGIN group roles that exist in the server, as the server spells them.
  package let memberOf: [String]
  /// What the scope role holds that the broker keeps for it; empty when it keeps none.
  package let privileges: [PrivilegeRule]
  /// The owner as whom its grants work.
  package let actsAs: String?

  package init(
    memberOf: [String] = [], privileges: [PrivilegeRule] = [], actsAs: String? = nil
  ) {
    self.memberOf = memberOf
    self.privileges = privileges
    self.actsAs = actsAs
  }

  package static func memberOf(_ roles: [String]) -> PostgresScope {
    PostgresScope(memberOf: roles)
  }
}

/// The names of the scope roles that the broker keeps.
///
/// The same origin, database and role make the same name, and any other ones another name: brokers
/// that share a cluster never share a scope, and neither do two databases in it.
package struct KeptScopeNames: Sendable {
  private let origin: String
  private let sha256: SHA256Function

  /// - Parameter origin: of the ledger; its epoch does not count.
  package init(origin: String?, sha256: @escaping SHA256Function) {
    let origin = origin ?? ""
    self.origin = String(origin.prefix(upTo: origin.lastIndex(of: "#") ?? origin.endIndex))
    self.sha256 = sha256
  }

  /// `jitscope_<role>_<16 hexadecimal digits>`: 63 bytes at most, which is PostgreSQL's limit, and
  /// the role's part is what is shortened.
  package func name(of role: RoleName, on database: DatabaseUID) -> String {
    let parts = ["jit scope", origin, database.text, role.text].joined(separator: "\0")
    let digits = Array(sha256(Array(parts.utf8)).bytes.prefix(8)).hex
    let word = role.text.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
    return "jitscope_\(String(word.prefix(37)))_\(digits)"
  }

  /// Every scope role that a grant of the role becomes a member of.
  package func scopes(of role: Role, on database: DatabaseUID) -> [String] {
    let scope = role.postgresql
    return scope.memberOf + (scope.privileges.isEmpty ? [] : [name(of: role.name, on: database)])
  }
}
