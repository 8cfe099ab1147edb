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
        await broker.finishRotations()
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

  /// False when the server does not tell.
  @discardableResult
  func reconcile(_ access: DatabaseAccess, _ database: DatabaseName) async -> Bool {
    let provisioner = await provisioners.provisioner(for: access)
    // A role is known if it was before or is after: one that is made or ended just now is not lost.
    let before = await knownRoles()
    let live = await activeRoles(on: access)
    let census: Census
    do { census = try await provisioner.census() } catch {
      logger.warning("no census of \(database): \(error.message)")
      return false
    }
    for (id, role) in live where role.systemIdentifier == census.systemIdentifier {
      let isThere = census.roles.contains(role) && !census.fenced.contains(role)
      if !isThere { await foundFenced(id) }
    }
    let known = await knownRoles().union(before)
    let unknown = census.roles.filter { !known.contains($0.name) }
    for role in unknown where !census.earlier.contains(role) {
      await judge(unknown: role, on: database)
    }
    looked.add(access)
    await moveExpiries(on: access)
    for role in unknown { await end(orphan: role, on: database, provisioner) }
    return true
  }

  private func activeRoles(on access: DatabaseAccess) async -> [RequestID: RoleIdentity] {
    await ledger.state.grants.reduce(into: [:]) { roles, request in
      guard let grant = request.grant, grant.access == access,
        case .active(let role, _) = grant.stage
      else { return }
      roles[request.id] = role
    }
  }

  /// What was fenced once, or is gone, ends: its end had begun when the ledger could not be written,
  /// and then the broker died. The ledger catches up.
  func foundFenced(_ id: RequestID) async {
    await record(.fenced(id, wall: clocks.wall(), clocks.boot()))
    wake.now()
  }

  /// Two databases can be on one server, which shows its roles for both: one of them ends it.
  private func end(
    orphan role: RoleIdentity, on database: DatabaseName, _ provisioner: any Provisioner
  ) async {
    guard await orphans.begin(role) else { return }
    let target = RevocationTarget(name: role.name, identity: role, scopes: [])
    let removed = await provisioner.revoke(target).outcome == .ended
    guard await orphans.end(role, removed: removed) else { return }
    logger.error("an orphan", metadata: ["role": "\(role.name)", "removed": "\(removed)"])
    await record(.orphan(OrphanFound(database: database, role: role, removed: removed)))
    notify(.alarm("a role of ours without a grant on \(database): \(role.name)"))
  }

  private func knownRoles() async -> Set<String> {
    Set(await ledger.state.requests.values.compactMap { $0.grant?.roleName })
  }
}

/// Orphans that are being ended, and those that were reported: one that cannot be removed is not
/// reported each minute.
actor KnownOrphans {
  private var underWay: Set<RoleIdentity> = []
  private var removed: [RoleIdentity: Bool] = [:]

  /// False when it is gone, or somebody is at it.
  func begin(_ role: RoleIdentity) -> Bool {
    guard removed[role] != true else { return false }
    return underWay.insert(role).inserted
  }

  /// Whether what became of it is news.
  func end(_ role: RoleIdentity, removed isRemoved: Bool) -> Bool {
    underWay.remove(role)
    let isNews = removed[role] != isRemoved
    removed[role] = isRemoved
    return isNews
  }
}
