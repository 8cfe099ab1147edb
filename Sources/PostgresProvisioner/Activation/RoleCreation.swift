import AccessCore
import PostgresClient

extension Connection {
  /// The statements that make the role, in order; the pipeline around them is the transaction.
  ///
  /// - Parameter scopes: as `ScopeInspection` ordered them.
  func creation(
    of plan: RolePlan, scopes: [String], verifier: String, comment: String
  ) throws(PostgresError) -> [String] {
    let role = try RoleStatements(plan.name, on: self)
    var statements = [
      role.create(
        verifier: try quoted(literal: verifier),
        validUntil: try quoted(literal: plan.expiresAt.description), sessions: plan.sessions)
    ]
    for scope in scopes { statements.append(role.join(scope: try quoted(identifier: scope))) }
    if let owner = plan.actsAs {
      statements.append(role.join(owner: try quoted(identifier: owner)))
      statements.append(role.beginSessions(as: try quoted(identifier: owner)))
    }
    statements.append(role.join(marker: try quoted(identifier: markerRole)))
    statements.append(role.comment(try quoted(literal: comment)))
    return statements
  }

  /// Makes the role in one round trip and reads back what came of it.
  func create(
    _ plan: RolePlan, scopes: [String], verifier: String, comment: String
  ) throws(PostgresError) -> MadeRole {
    let dialect = Dialect(serverVersion: serverVersion)
    let creation = try creation(of: plan, scopes: scopes, verifier: verifier, comment: comment)
    let answers = try pipeline(
      creation.map { Statement($0) } + [
        .attributes(of: plan.name).kept, .memberships(of: plan.name, dialect).kept,
      ])
    let (attributes, memberships) = (answers[creation.count], answers[creation.count + 1])
    return MadeRole(
      oid: try attributes[0].oid("oid"),
      differences: try differences(from: plan, attributes: attributes[0])
        + differences(from: plan, memberships: memberships, dialect))
  }

  func markerCreation() throws(PostgresError) -> String {
    """
    CREATE ROLE \(try quoted(identifier: markerRole)) NOLOGIN
    """
  }

  /// Somebody else may make it at the same moment: that is as good.
  func createMarker() throws(PostgresError) {
    do throws(PostgresError) {
      try execute(try markerCreation())
    } catch {
      guard error.sqlState == .duplicateObject || error.sqlState == .uniqueViolation else {
        throw error
      }
    }
  }
}

/// A role as the server has it.
struct MadeRole: Sendable {
  let oid: UInt32
  /// In what it is not as planned; for people.
  let differences: [String]
}

private func differences(
  from plan: RolePlan, attributes: Row
) throws(PostgresError) -> [String] {
  var found: [String] = []
  if try attributes.bool("rolcanlogin") { found.append("it has LOGIN") }
  if try attributes.bool("is_powerful") { found.append("it has more than ordinary powers") }
  if try attributes.int("rolconnlimit") != plan.sessions {
    found.append("its CONNECTION LIMIT is not \(plan.sessions)")
  }
  if try attributes["expires_ms"] != String(plan.expiresAt.milliseconds) {
    found.append("its VALID UNTIL is not \(plan.expiresAt)")
  }
  return found
}

private func differences(
  from plan: RolePlan, memberships: Rows, _ dialect: Dialect
) throws(PostgresError) -> [String] {
  var made: Set<Membership> = []
  for row in memberships { made.insert(try Membership(row)) }
  return made.symmetricDifference(plan.memberships(dialect)).map(\.role).sorted().map {
    "its membership in \($0) is not as planned"
  }
}
