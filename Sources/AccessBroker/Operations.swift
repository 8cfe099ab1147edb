import AccessCore
import Ledger

extension Broker {
  /// Whether a database is fit for grants, and the statements that would make it so.
  package func preflight(
    _ name: String, by caller: Caller
  ) async throws(Refusal) -> PreflightReport {
    let name = try databaseName(name)
    _ = try await submit(.operate(.preflight(name)), by: caller)
    let policy = policy.snapshot.policy
    let database = try policy.database(name)
    let kept = policy.scopeQuestion(on: database, await keptScopeNames)
    let question = PreflightQuestion(
      admin: database.access.admin, roles: policy.roles(on: name),
      kept: kept.scopes.isEmpty ? nil : kept, accept: database.accept, clock: clocks.wall)
    let provisioner = await provisioners.provisioner(for: database.access)
    do { return try await provisioner.preflight(question) } catch {
      throw Refusal(
        error, "\(name) could not be looked at",
        hint: "docs/postgresql.md has the SQL that makes the broker's login", on: name)
    }
  }

  /// One round of the reconciler now, over one database or all of them.
  package func reconcile(
    _ name: String?, dryRun: Bool, by caller: Caller
  ) async throws(Refusal) -> [Reconciliation] {
    let name = try name.map { text throws(Refusal) in try databaseName(text) }
    _ = try await submit(.operate(.reconcile(name)), by: caller)
    return await reconcile(only: name, dryRun: dryRun)
  }

  func databaseName(_ text: String) throws(Refusal) -> DatabaseName {
    if let name = DatabaseName(text) { return name }
    throw Refusal(
      .usage, "“\(text.prefix(80).inert)” is not a database name",
      hint: "names are 1 to 64 of A-Z a-z 0-9 . _ -")
  }

  var keptScopeNames: KeptScopeNames {
    get async { KeptScopeNames(origin: ledger.state.origin, sha256: sha256) }
  }
}
