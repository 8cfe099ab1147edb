import AccessCore
import Ledger
import Logging
import ServiceLifecycle

/// Looks in every database for roles of ours that no live grant accounts for (a crash, a restored
/// backup), and ends them: at start, and once a minute.
package struct Reconciler: Service {
  private let broker: Broker

  package init(_ broker: Broker) { self.broker = broker }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await broker.reconcile()
        // Cancelled at shutdown: the loop condition ends it.
        try? await Task.sleep(for: .milliseconds(Limits.reconcileIntervalMs))
      }
    }
  }
}

extension Broker {
  /// One round over all databases at once; one that does not answer holds up nobody.
  func reconcile() async {
    let accesses = await reachableAccesses()
    await withTaskGroup { group in
      for (access, database) in accesses {
        group.addTask { await self.reconcile(access, database) }
      }
    }
  }

  /// Where roles of ours may be: every database of the policy, and where live grants were made.
  private func reachableAccesses() async -> [DatabaseAccess: DatabaseName] {
    var accesses: [DatabaseAccess: DatabaseName] = [:]
    for database in policy.snapshot.policy.databases.values {
      accesses[database.access] = database.name
    }
    for request in await ledger.state.grants {
      if let access = request.grant?.access { accesses[access] = request.ask.database }
    }
    return accesses
  }

  private func reconcile(_ access: DatabaseAccess, _ database: DatabaseName) async {
    let provisioner = await provisioners.provisioner(for: access)
    // A role is known if it was before or is after: one that is made or ended just now is not lost.
    let before = await knownRoles()
    let census: Census
    do { census = try await provisioner.census() } catch {
      logger.warning("no census of \(database): \(error.message)")
      return
    }
    let known = await knownRoles().union(before)
    for role in census.roles where !known.contains(role.name) {
      let target = RevocationTarget(name: role.name, identity: role, scopes: [])
      let revocation = await provisioner.revoke(target)
      let removed = revocation.outcome == .ended
      logger.error("an orphan", metadata: ["role": "\(role.name)", "removed": "\(removed)"])
      if await orphans.isNew(role, removed: removed) {
        await record(.orphan(OrphanFound(database: database, role: role, removed: removed)))
        notify(.alarm("a role of ours without a grant on \(database): \(role.name)"))
      }
    }
  }

  private func knownRoles() async -> Set<String> {
    Set(await ledger.state.requests.values.compactMap { $0.grant?.roleName })
  }
}

/// Orphans that were reported: one that cannot be removed is not reported each minute.
actor KnownOrphans {
  private var reported: [RoleIdentity: Bool] = [:]

  func isNew(_ role: RoleIdentity, removed: Bool) -> Bool {
    guard reported[role] != removed else { return false }
    reported[role] = removed ? nil : false
    return true
  }
}
