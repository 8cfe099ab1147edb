import AccessCore
import Ledger
import Logging
import Threads

extension Broker {
  /// Two databases can be on one server, which shows its roles for both: one of them ends it.
  func end(
    orphan role: RoleIdentity, seenAfter look: ContinuousClock.Instant,
    on database: DatabaseName, _ provisioner: any Provisioner
  ) async -> Reconciliation.Done {
    guard await orphans.begin(role, seenAfter: look) else { return .nothing }
    let target = RevocationTarget(name: role.name, identity: role, scopes: [])
    let revocation = await provisioner.revoke(target)
    let (removed, why): (Bool, String?) =
      switch revocation.outcome {
      case .ended: (true, nil)
      case .stuck(_, let note): (false, note)
      }
    let done: Reconciliation.Done = removed ? .removed : .notRemoved
    guard await orphans.end(role, removed: removed) else { return done }
    logger.error(
      "an orphan\(why.map { ": \($0)" } ?? "")",
      metadata: ["role": "\(role.name)", "removed": "\(removed)"])
    await record(.orphan(OrphanFound(database: database, role: role, removed: removed)))
    let obstacle = why.map { ", and it cannot be removed: \($0)" } ?? ""
    notify(.alarm("a role of ours without a grant on \(database): \(role.name)\(obstacle)"))
    return done
  }
}

/// Orphans that are being ended, and those that were reported: one that cannot be removed is not
/// reported each minute.
actor KnownOrphans {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private var underWay: Set<RoleIdentity> = []
  private var removed: [RoleIdentity: Bool] = [:]
  private var removals: [RoleIdentity: ContinuousClock.Instant] = [:]

  /// False when it was removed since that look, or somebody is at it. A copy of a server, or one
  /// that was restored, has what was removed once.
  func begin(_ role: RoleIdentity, seenAfter look: ContinuousClock.Instant) -> Bool {
    if let removal = removals[role] {
      guard removal < look else { return false }
      removed[role] = nil
    }
    return underWay.insert(role).inserted
  }

  /// Whether what became of it is news.
  func end(_ role: RoleIdentity, removed isRemoved: Bool) -> Bool {
    underWay.remove(role)
    let isNews = removed[role] != isRemoved
    removed[role] = isRemoved
    removals[role] = isRemoved ? .now : nil
    return isNews
  }
}
