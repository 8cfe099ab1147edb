import AccessCore
import Ledger
import Logging

/// What activation of a request does to the server, and what its holder can do then.
package struct Preview: Sendable {
  /// The statements that run; nil when its history is over, when database or role are gone from the
  /// policy, or the server does not answer.
  package fileprivate(set) var sql: [String]?
  /// Nil like the statements.
  package fileprivate(set) var tables: TableAccess?

  package init() {}
}

extension Broker {
  /// For people to read before they decide.
  package func preview(_ request: Request) async -> Preview {
    var preview = Preview()
    guard let (plan, access) = await rolePlan(for: request) else { return preview }
    let provisioner = await provisioners.provisioner(for: access)
    let roles = plan.scopes + [plan.actsAs].compactMap(\.self)
    do throws(ProvisioningError) {
      preview.sql = try await provisioner.preview(plan)
      preview.tables = try await provisioner.tableAccess(of: roles)
    } catch {
      logger.debug("no preview of \(request.id), or half of one: \(error.message)")
    }
    return preview
  }

  /// The last grants that the requester had on the database, the newest first, this one not among
  /// them; of the last few that they had anywhere.
  package func lastGrants(before request: Request) async throws(Refusal) -> [Request] {
    let (ask, ever) = (request.ask, Timestamp(milliseconds: 0))
    let grants = try await reading {
      try await ledger.grants(of: ask.requester, since: ever, limit: Limits.grantsRememberedMax)
    }
    let here = grants.filter { $0.ask.databaseUID == ask.databaseUID && $0.id != request.id }
    return Array(here.prefix(Limits.grantsShownMax))
  }

  private func rolePlan(for request: Request) async -> (RolePlan, DatabaseAccess)? {
    // An extension runs nothing of its own.
    if request.isOver || request.ask.extends != nil { return nil }
    let policy = policy.snapshot.policy
    let accept = policy.databases[request.ask.database]?.accept ?? []
    if let grant = request.grant { return (grant.plan(accepting: accept), grant.access) }
    guard let (database, role, rule) = try? stillEntitled(request.ask, policy) else { return nil }
    let plan = RolePlan(
      name: grantRoleName(user: request.ask.requester, id: request.id),
      scopes: await keptScopeNames.scopes(of: role, on: database.uid),
      actsAs: role.postgresql.actsAs, expiresAt: clocks.wall() + request.duration,
      sessions: rule.sessions, accept: accept)
    return (plan, database.access)
  }
}
