import AccessCore

/// What the ledger knew of the roles of one server, at one moment.
struct KnownRoles: Sendable {
  /// Of all grants that have not ended, by the names of their roles.
  private let grants: [String: [Grant]]
  private let endpoint: Endpoint
  /// Of those of them whose role was made; a server may call it otherwise by now.
  private let identities: [UInt32: [RoleIdentity]]
  /// Those that have to be there, as they were made.
  var expected: [RequestID: ExpectedRole] = [:]
  /// What was found about them, and about roles that are not ours, the last time.
  private(set) var drifting: Set<RequestID> = []
  let strangers: Set<RoleIdentity>

  init(
    of state: State, on access: DatabaseAccess, at now: Timestamp, _ boot: BootMark
  ) {
    endpoint = access.endpoint
    grants = Dictionary(grouping: state.grants.compactMap(\.grant), by: \.roleName)
    identities = Dictionary(grouping: state.grants.compactMap { $0.grant?.identity }, by: \.oid)
    strangers = Set(state.strangers.keys)
    for request in state.grants {
      guard let grant = request.grant, grant.access == access,
        case .active(let role, _) = grant.stage,
        !grant.isOver(at: now, boot, newest: state.newest)
      else { continue }
      expected[request.id] = ExpectedRole(role, grant.plan(accepting: []))
      if !grant.drift.isEmpty { drifting.insert(request.id) }
    }
  }
}

extension KnownRoles {
  /// Whether it is the role of a grant that has not ended, by its name or by the server's number.
  ///
  /// What a copy of the server has at another address is not: nobody was given access there.
  fileprivate func account(for role: RoleIdentity) -> Bool {
    grants[role.name, default: []].contains { grant in
      guard let made = grant.identity else { return true }
      return made.systemIdentifier == role.systemIdentifier || grant.access.endpoint == endpoint
    }
      || identities[role.oid, default: []].contains {
        $0.systemIdentifier == role.systemIdentifier
      }
  }
}

/// One thing in which a server and the ledger do not agree, or do again.
package struct Finding: Sendable, Equatable {
  package enum What: Sendable, Equatable {
    /// A role of ours that no live grant accounts for.
    case orphan(isEarlier: Bool)
    /// The end of a live grant's role has begun, and the ledger does not know of it.
    case fenced(RequestID)
    /// A live grant's role is not as it was made; empty when it is again.
    case drift(RequestID, [Drift])
    /// A role looks like ours and is not; empty when it is gone.
    case stranger([Drift])
  }

  package let role: RoleIdentity
  package let what: What

  init(_ role: RoleIdentity, _ what: What) { (self.role, self.what) = (role, what) }

  /// What was found earlier is no longer so.
  var isOver: Bool {
    switch what {
    case .orphan, .fenced: false
    case .drift(_, let drift), .stranger(let drift): drift.isEmpty
    }
  }
}

/// Compares what a server has with what the ledger knew before and after it was asked. What has to
/// be ended stands first: it does not wait until the rest is in the ledger.
func findings(in census: Census, before: KnownRoles, after: KnownRoles) -> [Finding] {
  let server = census.systemIdentifier
  let grants: [Finding] = before.expected.sorted { $0.key < $1.key }.compactMap { id, expected in
    let role = expected.identity
    if census.fenced.contains(role) { return Finding(role, .fenced(id)) }
    // Who was at work on it meanwhile may have changed it.
    guard after.expected[id] == expected else { return nil }
    let drift = census.drift[role] ?? []
    return drift.isEmpty && !before.drifting.contains(id) ? nil : Finding(role, .drift(id, drift))
  }
  func isOfAGrant(_ role: RoleIdentity) -> Bool {
    before.account(for: role) || after.account(for: role)
  }
  let orphans = census.roles.filter { !isOfAGrant($0) }
    .map { Finding($0, .orphan(isEarlier: census.earlier.contains($0))) }
  let strangers = census.strangers.filter { !isOfAGrant($0.key) }
    .map { Finding($0.key, .stranger($0.value)) }
  let gone = before.strangers.filter { $0.systemIdentifier == server && !census.shows($0) }
    .map { Finding($0, .stranger([])) }
  return orphans + grants + (strangers + gone).sorted { $0.role.oid < $1.role.oid }
}

extension Census {
  fileprivate func shows(_ stranger: RoleIdentity) -> Bool { strangers[stranger] != nil }
}
