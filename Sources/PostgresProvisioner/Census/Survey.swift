import AccessCore
import PostgresClient

/// What a server tells of roles that are ours, or look like it, in one look.
struct Survey: Sendable {
  let roles: [SurveyedRole]
  /// By OID, of the roles that were asked for.
  let memberships: [UInt32: Set<Membership>]
  let members: [UInt32: [String]]
  let settings: [UInt32: [RoleSetting]]
  /// How many members and settings there are beside those that are named, by OID.
  let unnamed: [UInt32: (members: Int, settings: Int)]
  let dialect: Dialect
}

struct SurveyedRole: Sendable {
  let oid: UInt32
  let name: String
  let canLogIn: Bool
  let connectionLimit: Int
  let powers: [String]
  /// Milliseconds since 1970; nil when there is no end, or an infinite one.
  let expiresMs: Int64?
  let comment: String?
  let isFenced: Bool
  let isMarked: Bool
}

/// A setting of a role, in one database or in all.
struct RoleSetting: Sendable {
  let name: String
  let database: String?
}

extension Connection {
  func survey(_ oids: [UInt32], _ tag: OriginTag) throws(PostgresError) -> Survey {
    let dialect = Dialect(serverVersion: serverVersion)
    let answers = try pipeline([
      .survey(of: oids, prefix: tag.prefix, marker: markerRole), .memberships(of: oids, dialect),
      .members(of: oids), .settings(of: oids),
    ])
    var memberships: [UInt32: Set<Membership>] = [:]
    for row in answers[1] {
      memberships[try row.oid("oid"), default: []].insert(try Membership(row))
    }
    var members: [UInt32: [String]] = [:]
    var unnamed: [UInt32: (members: Int, settings: Int)] = [:]
    for row in answers[2] {
      let oid = try row.oid("oid")
      members[oid, default: []].append(try row.text("member"))
      unnamed[oid, default: (0, 0)].members = max(
        0, try row.int("total") - Limits.driftListedMax)
    }
    var settings: [UInt32: [RoleSetting]] = [:]
    for row in answers[3] {
      let oid = try row.oid("oid")
      settings[oid, default: []].append(
        RoleSetting(name: try row.text("name"), database: try row["database"]))
      unnamed[oid, default: (0, 0)].settings = max(
        0, try row.int("total") - Limits.driftListedMax)
    }
    return Survey(
      roles: try answers[0].map { row throws(PostgresError) in try SurveyedRole(row) },
      memberships: memberships, members: members, settings: settings, unnamed: unnamed,
      dialect: dialect)
  }
}

extension SurveyedRole {
  init(_ row: Row) throws(PostgresError) {
    var powers: [String] = []
    for (column, power) in serverPowers where try row.bool(column) { powers.append(power) }
    self.init(
      oid: try row.oid("oid"), name: try row.text("rolname"),
      canLogIn: try row.bool("rolcanlogin"), connectionLimit: try row.int("rolconnlimit"),
      powers: powers, expiresMs: try row["expires_ms"].flatMap { Int64($0) },
      comment: try row["comment"], isFenced: try row.bool("is_fenced"),
      isMarked: try row.bool("is_marked"))
  }
}

private let serverPowers = [
  ("rolsuper", "SUPERUSER"), ("rolcreaterole", "CREATEROLE"), ("rolcreatedb", "CREATEDB"),
  ("rolreplication", "REPLICATION"), ("rolbypassrls", "BYPASSRLS"),
]
