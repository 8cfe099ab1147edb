import AccessCore
import PostgresClient

/// What the broker's own login is in a server.
struct AdminStanding: Sendable {
  let name: String
  let isSuperuser: Bool
  let createsRoles: Bool
  let endsSessions: Bool
  /// Nil before 16.
  let usesReserve: Bool?
  let serverVersion: Int

  /// Whether whoever steals this login has everything else, too.
  var danger: FoundDanger? {
    if isSuperuser { return FoundDanger(.createroleIsSuperuser, "\(name.inert) is a superuser") }
    let isAlmost = createsRoles && !Dialect(serverVersion: serverVersion).hasMembershipOptions
    return isAlmost
      ? FoundDanger(
        .createroleIsSuperuser,
        "\(name.inert) has CREATEROLE, which up to PostgreSQL 15 is every other role")
      : nil
  }

  /// Why this login cannot make and end grants.
  var objections: [String] {
    if isSuperuser { return [] }
    return (createsRoles ? [] : ["\(name.inert) lacks CREATEROLE"])
      + (endsSessions ? [] : ["\(name.inert) is not in pg_signal_backend"])
  }

  init(_ row: Row, serverVersion: Int) throws(PostgresError) {
    name = try row.text("rolname")
    isSuperuser = try row.bool("rolsuper")
    createsRoles = try row.bool("rolcreaterole")
    endsSessions = try row.bool("can_end_sessions")
    usesReserve = try row["uses_reserve"].map { $0 == "t" }
    self.serverVersion = serverVersion
  }
}

extension DatabaseAccess {
  /// Whether what goes over the wire can be read or changed on its way.
  var plainConnection: FoundDanger? {
    guard !isOnThisHost else { return nil }
    switch sslmode {
    case .disable, .allow, .prefer:
      return FoundDanger(
        .plainConnection,
        "\(endpoint.host.inert) is not this host, and sslmode \(sslmode.rawValue) does not ask for TLS"
      )
    case .require, .verifyCA, .verifyFull: return nil
    }
  }

  var isOnThisHost: Bool {
    let host = endpoint.host
    return host.hasPrefix("/") || ["localhost", "::1"].contains(host) || isLoopback(host)
  }
}

/// 127.0.0.0/8 (RFC 1122 section 3.2.1.3).
private func isLoopback(_ host: String) -> Bool {
  let parts = host.split(separator: ".", omittingEmptySubsequences: false)
  return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
}
