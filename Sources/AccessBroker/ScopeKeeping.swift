import AccessCore
import Ledger
import Logging

/// The scope roles that the broker keeps, from `privileges:` of the policy.
extension Broker {
  /// What would bring them into step; changes nothing.
  package func planScopes(
    _ name: String, by caller: Caller
  ) async throws(Refusal) -> ScopePlan {
    let name = try databaseName(name)
    _ = try await submit(.operate(.plan(name)), by: caller)
    return try await scopePlan(of: policy.snapshot.policy.database(name))
  }

  /// Brings them into step, and looks whether they are; the plan that was carried out. It may be
  /// said again: what is in step already takes no statement and leaves no entry.
  package func applyScopes(
    _ name: String, by caller: Caller
  ) async throws(Refusal) -> ScopePlan {
    let plan = try await planScopes(name, by: caller)
    let database = try policy.snapshot.policy.database(try databaseName(name))
    guard plan.obstacles.isEmpty else {
      throw Refusal(
        .wrongState, "nothing was changed on \(database.name): \(plan.obstacles[0])",
        hint: "`jit admin plan \(database.name)` lists everything that is in the way")
    }
    guard !plan.statements.isEmpty else { return plan }
    let applier = try self.applier(of: database, plan)
    let intent = ScopesApplying(
      database: database.name, statements: plan.statements, sha256: sha256)
    _ = try await submit(.operate(.apply(intent)), by: caller)
    do throws(ProvisioningError) {
      try await carryOut(plan, on: database, by: applier)
    } catch {
      await recordApplied(intent, failed: error.message)
      throw Refusal(
        error, "the scopes could not be changed", hint: "see `jit admin plan \(database.name)`",
        on: database.name)
    }
    try await verify(intent, on: database)
    return plan
  }

  /// Roles first, by the login that will give them to people; then privileges, in one transaction.
  /// A role that holds nothing yet does no harm if nothing comes after it.
  private func carryOut(
    _ plan: ScopePlan, on database: Database, by applier: AdminLogin?
  ) async throws(ProvisioningError) {
    try await provisioners.provisioner(for: database.access).makeRoles(of: plan)
    guard let applier else { return }
    let access = database.access.by(applier)
    try await provisioners.provisioner(for: access).changePrivileges(by: plan)
  }

  /// Who changes privileges; nil when there are only roles to be made.
  private func applier(
    of database: Database, _ plan: ScopePlan
  ) throws(Refusal) -> AdminLogin? {
    if plan.privileges.isEmpty { return nil }
    if let applier = database.applier { return applier }
    throw Refusal(
      .wrongState, "the policy has no login under `apply:` of \(database.name)",
      hint: "name one, or run what `jit admin plan \(database.name)` prints by hand")
  }

  private func verify(_ intent: ScopesApplying, on database: Database) async throws(Refusal) {
    let left: ScopePlan
    do throws(Refusal) { left = try await scopePlan(of: database) } catch {
      await recordApplied(intent, failed: "what came of it could not be looked at")
      throw error
    }
    let words = left.drift.filter { $0.note == nil }.map { "\($0.scope): \($0.what)" }
    guard let first = words.first else { return await recordApplied(intent, failed: nil) }
    let what = "not in step after all: \(first)" + (words.count > 1 ? " and more" : "")
    await recordApplied(intent, failed: what)
    throw Refusal(
      .databaseRefused, "\(database.name) is \(what)",
      hint: "somebody changes it at the same time; see `jit admin plan \(database.name)`")
  }

  private func recordApplied(_ intent: ScopesApplying, failed: String?) async {
    let applied = ScopesApplied(
      database: intent.database, digest: intent.digest, failed: failed)
    await record(.scopesApplied(applied))
    logger.info("scopes applied", metadata: ["database": "\(intent.database)"])
  }

  private func scopePlan(of database: Database) async throws(Refusal) -> ScopePlan {
    let question = policy.snapshot.policy.scopeQuestion(on: database, await keptScopeNames)
    let provisioner = await provisioners.provisioner(for: database.access)
    do { return try await provisioner.plan(question) } catch {
      throw Refusal(
        error, "\(database.name) could not be looked at",
        hint: "`jit admin preflight \(database.name)` may tell why", on: database.name)
    }
  }
}

extension Policy {
  func scopeQuestion(on database: Database, _ names: KeptScopeNames) -> ScopeQuestion {
    ScopeQuestion(
      database: database.uid, scopes: keptScopes(on: database, names),
      applier: database.applier?.user)
  }
}
