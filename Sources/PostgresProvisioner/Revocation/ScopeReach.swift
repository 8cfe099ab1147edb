import AccessCore
import PostgresClient

/// A role that the holder could act as, or in whose name it could leave something.
struct ReachedRole: Sendable {
  let name: String
  /// It was in reach, and owned nothing, when the grant began.
  let wasBefore: Bool
  /// What it owns shows in no shared catalog.
  let isOfTheServer: Bool
  let isSuperuser: Bool
  /// Another grant's role that leads to it and can still log in, and how many there are.
  let otherHolder: (name: String, count: Int)?

  fileprivate init(_ row: Row) throws(PostgresError) {
    name = try row.text("rolname")
    wasBefore = try row.bool("was_before")
    isOfTheServer = try row.bool("is_of_the_server")
    isSuperuser = try row.bool("rolsuper")
    otherHolder = try row["holder"] == nil ? nil : (row.text("holder"), row.int("holders"))
  }
}

extension RevocationTarget {
  /// The roles from which the looks at the end set out. Where the policy accepts that the scopes
  /// own things, nobody can tell what of them is whose. The marker owns nothing, whatever a policy
  /// accepts.
  var scopesToTidy: [String] { (scopesOwn ? [] : scopes) + [markerRole] }
}

extension ReachedRole {
  /// Why nothing of it may be touched, in words; nil when all that it owns was left by a holder, and
  /// no holder is left whose it could be.
  ///
  /// A role that came into reach meanwhile may have owned what it owns for ever. From 16 on a holder
  /// cannot become the role: then nobody's work is in it. The marker is every grant's, and no
  /// grant's work.
  func isSpared(_ dialect: Dialect) -> String? {
    if isSuperuser { return "it is a superuser's" }
    guard wasBefore else {
      return "a scope came to lead to it during the grant, and what it owns may be older"
    }
    guard let otherHolder, name != markerRole, !dialect.hasMembershipOptions else { return nil }
    let others = otherHolder.count > 1 ? " and \(otherHolder.count - 1) more" : ""
    return "\(otherHolder.name)\(others) has the scope still, and it may be that grant's"
  }
}

extension RevocationAttempt {
  /// The scopes and the roles that they lead to: those of the beginning, and those of now.
  func reached(besides oid: UInt32, on server: String) async throws(Obstacle) -> [ReachedRole] {
    let (target, prefix) = (target, tag.prefix)
    return try await step(on: server) { connection in
      try connection.query(
        .reached(
          from: target.scopesToTidy, before: target.scopesOwn ? [] : target.reach, besides: oid,
          marker: markerRole, prefix: prefix)
      ).map { row throws(PostgresError) in try ReachedRole(row) }
    }.value
  }

  /// What is left as it is, because nobody can tell whose it is.
  func spared(_ reached: [ReachedRole], on server: String) async throws(Obstacle) -> [Residue] {
    try await step(on: server) { connection in
      let dialect = Dialect(serverVersion: connection.serverVersion)
      let reasons = Dictionary(
        uniqueKeysWithValues: reached.compactMap { role in
          role.isSpared(dialect).map { (role.name, $0) }
        })
      if reasons.isEmpty { return [] }
      return try connection.query(.holdings(of: reasons.keys.sorted()))
        .map { row throws(PostgresError) in
          let role = try row.text("rolname")
          return Residue(
            database: try row.text("database"), kind: "scope", name: role,
            note: """
              \(try row.int("number")) \(try row.text("what")) of its were kept: \
              \(reasons[role] ?? "")
              """)
        }
    }.value
  }
}
