import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func preflight(
    _ question: PreflightQuestion
  ) async throws(ProvisioningError) -> PreflightReport {
    let (access, tested) = (access, testedVersions)
    let comment = question.kept.map { tag.comment(forScopesOf: $0.database) } ?? ""
    let answer = try await admins.run(.issuing) { connection in
      let facts = try connection.preflightFacts(question)
      let plan = try question.kept.map { kept throws(PostgresError) in
        try connection.planned(kept, comment: comment)
      }
      let sql = PreflightSQL(connection)
      let checks =
        try loginChecks(facts, access, tested: tested, sql)
        + scopeChecks(facts, question, plan, sql)
        + databaseChecks(facts, sql)
      return PreflightReport(
        serverVersion: facts.version,
        checks: checks.map { $0.accepting(question.accept) },
        leastAdmin: try leastAdmin(
          question, in: access.dbname, databases: facts.databases.map(\.name),
          ownersOfThings: plan?.owners ?? [],
          sql))
    }
    return answer.value.adding(try await standbyCheck(on: answer.systemIdentifier))
  }
}

/// What a server says when it is asked everything that preflight looks at.
struct PreflightFacts: Sendable {
  let version: String
  let admin: AdminStanding
  let reach: ScopeReach
  let grantOptions: [FoundDanger]
  /// Which of the roles that the policy names there are.
  let existing: Set<String>
  /// Those of them that may not connect to the database, not even as everybody.
  let shutOut: Set<String>
  /// Policies and default privileges that name scopes.
  let undoable: Int
  let databases: [OpenDatabase]
  let publicCreates: Bool
  let preparedMax: String
  /// Nil before 16.
  let selfGrant: String?
  /// Nil before 16.
  let reservedConnections: Int?
  /// How far the server's clock is from ours at least, in milliseconds; the way there and back is
  /// taken off.
  let clockSkewMs: Int64

  struct OpenDatabase: Sendable {
    let name: String
    let isOurs: Bool
    let publicConnects: Bool
    let weConnect: Bool
  }
}

extension Connection {
  func preflightFacts(_ question: PreflightQuestion) throws(PostgresError) -> PreflightFacts {
    let skew = try clockSkewMs(question.clock)
    let scopes = question.scopes + question.keptNames + [markerRole]
    let answers = try pipeline([
      .adminStanding, .serverStanding, .reach(of: scopes + question.owners),
      .grantOptions(of: scopes), .connecting(among: scopes + question.owners), .openDatabases,
      .undoable(of: scopes),
    ])
    let server = answers[1][0]
    var (existing, shutOut) = (Set<String>(), Set<String>())
    for row in answers[4] {
      existing.insert(try row.text("rolname"))
      if try !row.bool("connects") { shutOut.insert(try row.text("rolname")) }
    }
    var databases: [PreflightFacts.OpenDatabase] = []
    for row in answers[5] {
      databases.append(
        PreflightFacts.OpenDatabase(
          name: try row.text("datname"), isOurs: try row.bool("is_ours"),
          publicConnects: try row.bool("public_connects"), weConnect: try row.bool("we_connect")))
    }
    return PreflightFacts(
      version: try server.text("version"),
      admin: try AdminStanding(answers[0][0], serverVersion: serverVersion),
      reach: try ScopeReach(answers[2], owners: Set(question.owners)),
      grantOptions: try foundGrantOptions(answers[3]), existing: existing, shutOut: shutOut,
      undoable: try answers[6][0].int("number"), databases: databases,
      publicCreates: try server.bool("public_creates"),
      preparedMax: try server.text("prepared_max"), selfGrant: try server["self_grant"],
      reservedConnections: try server["reserved_connections"].flatMap { Int($0) },
      clockSkewMs: skew)
  }

  private func clockSkewMs(_ clock: @Sendable () -> Timestamp) throws(PostgresError) -> Int64 {
    let before = clock().milliseconds
    let theirs = Int64(try query(.serverTime)[0].int("now_ms"))
    let after = clock().milliseconds
    return max(0, before - theirs, theirs - after)
  }
}

extension PreflightQuestion {
  var keptNames: [String] { kept?.scopes.map(\.name) ?? [] }
}

/// Names and words as this server wants them in statements that are printed for people.
struct PreflightSQL {
  private let connection: Connection
  let dialect: Dialect

  init(_ connection: isolated Connection) {
    self.connection = connection
    dialect = Dialect(serverVersion: connection.serverVersion)
  }

  func name(_ name: String) throws(PostgresError) -> String {
    // Whoever prints statements does so within one call on the connection.
    try connection.assumeIsolated { connection in
      Result { () throws(PostgresError) in try connection.quoted(identifier: name) }
    }.get()
  }

  func text(_ text: String) throws(PostgresError) -> String {
    try connection.assumeIsolated { connection in
      Result { () throws(PostgresError) in try connection.quoted(literal: text) }
    }.get()
  }
}

extension PreflightCheck {
  /// The same, judged by what the policy accepts.
  func accepting(_ accept: Set<Danger>) -> PreflightCheck {
    guard case .danger(let danger, _) = verdict else { return self }
    return PreflightCheck(
      name, .danger(danger, accepted: accept.contains(danger)), found: found, why: why, sql: sql)
  }

  /// The row of one danger: what was found of it, or that nothing was.
  init(
    _ danger: Danger, _ found: [FoundDanger], otherwise: String, why: String, sql: [String] = []
  ) {
    let words = found.filter { $0.danger == danger }.map(\.found)
    self.init(
      danger.rawValue, words.isEmpty ? .ok : .danger(danger, accepted: false),
      found: words.isEmpty ? otherwise : words.joined(separator: "; "), why: why,
      sql: words.isEmpty ? [] : sql)
  }
}
