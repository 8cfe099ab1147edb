import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func plan(_ question: ScopeQuestion) async throws(ProvisioningError) -> ScopePlan {
    let comment = tag.comment(forScopesOf: question.database)
    let planned = try await admins.run(.issuing) { connection in
      try connection.planned(question, comment: comment)
    }
    let plan = planned.value
    return ScopePlan(
      systemIdentifier: planned.systemIdentifier, roles: plan.roles, privileges: plan.privileges,
      drift: plan.drift, obstacles: plan.obstacles, owners: plan.owners)
  }

  package func makeRoles(of plan: ScopePlan) async throws(ProvisioningError) {
    guard !plan.roles.isEmpty else { return }
    _ = try await admins.run(.issuing, on: plan.systemIdentifier) { connection in
      try connection.runAll(plan.roles)
    }
  }

  /// On a connection of its own that is closed at once: this login can act as owners.
  package func changePrivileges(by plan: ScopePlan) async throws(ProvisioningError) {
    guard !plan.privileges.isEmpty else { return }
    _ = try await admins.run(.issuing, on: plan.systemIdentifier, apartIn: access.dbname) {
      connection in
      try connection.runAll(plan.privileges)
    }
  }
}

extension Connection {
  /// A plan without the server that it is for.
  struct Planned: Sendable {
    let roles: [String]
    let privileges: [String]
    let drift: [ScopeDrift]
    let obstacles: [String]
    let owners: [String]
  }

  func planned(_ question: ScopeQuestion, comment: String) throws(PostgresError) -> Planned {
    let catalog = try scopeCatalog(question, comment: comment)
    let strangers = catalog.roles.filter { $0.comment != comment }.map {
      """
      there is a role \($0.name.inert) that is not the broker's; it is left alone: drop or rename it
      """
    }
    let wanted = WantedRights(question.scopes, in: catalog)
    let owners = try owners(
      Set(wanted.rights.union(catalog.held).map(\.grantor)), for: question.applier)
    let difference = ScopeDifference(
      wanted: wanted.rights, catalog, owners: owners, applier: question.applier)
    let statements = ScopeStatements(PreflightSQL(self))
    let roles = try statements.roles(question.scopes, catalog, comment: comment)
    let stray = catalog.stray.map {
      ScopeDrift(
        scope: $0.scope, direction: .excess, what: $0.what.inert,
        note: "a superuser, or who gave it, has to take it back")
    }
    return Planned(
      roles: roles, privileges: try statements.privileges(difference, held: catalog.held),
      drift: drift(of: question.scopes, catalog) + difference.drift + stray,
      obstacles: strangers + wanted.missing + difference.obstacles,
      owners: Set(wanted.rights.map(\.grantor)).filter { owners[$0]?.isSuperuser == false }.sorted()
    )
  }

  private func drift(of scopes: [KeptScope], _ catalog: ScopeCatalog) -> [ScopeDrift] {
    scopes.compactMap { scope in
      guard let role = catalog.roles.first(where: { $0.name == scope.name }) else {
        return ScopeDrift(scope: scope.name, direction: .missing, what: "the role itself")
      }
      return role.canLogIn
        ? ScopeDrift(scope: scope.name, direction: .excess, what: "LOGIN") : nil
    }
  }

  /// In one transaction; an error names the statement.
  fileprivate func runAll(_ statements: [String]) throws {
    do throws(PostgresError) {
      _ = try pipeline(statements.map { Statement($0) })
    } catch {
      guard case .server = error.kind, let index = error.failedStatement else { throw error }
      throw ProvisioningError(.refused, "\(error), at: \(statements[index].inert)")
    }
  }
}
