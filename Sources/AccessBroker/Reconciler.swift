import AccessCore
import Ledger
import Logging
import ServiceLifecycle
import Threads

/// Compares the roles of every database with the grants, at start and once a minute: roles of ours
/// that no live grant accounts for (a crash, a restored backup) are ended, and what is not as it was
/// made is an entry and an alarm.
package struct Reconciler: Service {
  private let broker: Broker

  package init(_ broker: Broker) { self.broker = broker }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await withTaskExecutorPreference(ThreadPool.ending) { _ = await broker.reconcile() }
        await broker.finishRotations()
        // Cancelled at shutdown: the loop condition ends it.
        try? await Task.sleep(for: .milliseconds(Limits.reconcileIntervalMs))
      }
    }
  }
}

/// What a round has shown on one server, and what was done about it.
package struct Reconciliation: Sendable {
  package let database: DatabaseName
  package var findings: [(finding: Finding, done: Done)] = []
  /// Why the server did not tell; nil when it did.
  package var unreached: String?

  package enum Done: String, Sendable {
    /// A dry run, or somebody else was at it.
    case nothing
    /// It is in the ledger, where it may have been before.
    case recorded
    /// The role is gone, and nothing is left of it.
    case removed
    /// It could not be removed now; it is tried again each round.
    case notRemoved = "not-removed"
    /// The grant ends.
    case ending
  }
}

extension Broker {
  /// One round over all databases at once; one that does not answer holds up nobody.
  @discardableResult
  func reconcile(
    only database: DatabaseName? = nil, dryRun: Bool = false
  ) async -> [Reconciliation] {
    let accesses = await reachableAccesses().filter { database == nil || $0.value == database }
    return await withTaskGroup { group in
      for (access, database) in accesses {
        group.addTask { await self.reconcile(access, database, dryRun: dryRun) }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.database < $1.database }
    }
  }

  /// Where roles of ours may be: every database of the policy, and where live grants were made.
  private func reachableAccesses() async -> [DatabaseAccess: DatabaseName] {
    var accesses: [DatabaseAccess: DatabaseName] = [:]
    for database in policy.snapshot.policy.databases.values {
      accesses[database.access] = database.name
    }
    for request in ledger.state.grants {
      if let access = request.grant?.access { accesses[access] = request.ask.database }
    }
    return accesses
  }

  func reconcile(
    _ access: DatabaseAccess, _ database: DatabaseName, dryRun: Bool = false
  ) async -> Reconciliation {
    let provisioner = await provisioners.provisioner(for: access)
    var round = Reconciliation(database: database)
    // What is true before and after is true: a role that is made, changed or ended just now is not
    // lost.
    let (before, look) = (await known(on: access), ContinuousClock.now)
    let census: Census
    do { census = try await provisioner.census(expecting: Array(before.expected.values)) } catch {
      logger.warning("no census of \(database): \(error.message)")
      round.unreached = error.message
      return round
    }
    let found = findings(in: census, before: before, after: await known(on: access))
    guard !dryRun else {
      round.findings = found.filter { !$0.isOver }.map { ($0, .nothing) }
      return round
    }
    for finding in found {
      if case .orphan(isEarlier: false) = finding.what { await judge(finding.role, on: database) }
    }
    looked.add(access)
    await moveExpiries(on: access)
    for finding in found {
      let done = await act(on: finding, seenAfter: look, on: database, provisioner)
      if !finding.isOver { round.findings.append((finding, done)) }
    }
    return round
  }

  private func known(on access: DatabaseAccess) async -> KnownRoles {
    let state = ledger.state
    var known = KnownRoles(of: state, on: access, at: clocks.wall(), clocks.boot())
    for (id, role) in known.expected {
      // Who is at work on it may be changing it, and an extension comes to the server later.
      let isMoved = moved.has(id, role.plan.expiresAt)
      let isExtended = state.requests[id]?.grant?.isExtended == true
      if await turns.isTaken(id) || isExtended && !isMoved { known.expected[id] = nil }
    }
    return known
  }

  private func act(
    on finding: Finding, seenAfter look: ContinuousClock.Instant, on database: DatabaseName,
    _ provisioner: any Provisioner
  ) async -> Reconciliation.Done {
    switch finding.what {
    case .orphan:
      return await end(orphan: finding.role, seenAfter: look, on: database, provisioner)
    case .fenced(let id):
      await foundFenced(id)
      return .ending
    case .drift(let id, let drift):
      await report(drift, id, finding.role, on: database)
      guard drift.contains(where: { $0.kind == .missing }) else { return .recorded }
      await foundFenced(id)
      return .ending
    case .stranger(let drift):
      await report(drift, nil, finding.role, on: database)
      return .recorded
    }
  }

  /// An entry and an alarm, unless it is known already.
  private func report(
    _ drift: [Drift], _ id: RequestID?, _ role: RoleIdentity, on database: DatabaseName
  ) async {
    let found = DriftFound(database: database, role: role, drift: drift)
    guard let outcome = await record(.drift(id, found)), !outcome.events.isEmpty else { return }
    let what = drift.map(\.found).joined(separator: ", ").inert
    let name = "the role \(role.name.inert) on \(database)\(id.map { " (\($0))" } ?? "")"
    guard !drift.isEmpty else { return logger.notice("\(name) is in order again") }
    logger.error("\(name) is not as it was made: \(what)")
    notify(.alarm("\(name) is not as it was made: \(what)"))
  }

  /// What was fenced once, or is gone, ends: its end had begun when the ledger could not be written,
  /// and then the broker died. The ledger catches up.
  func foundFenced(_ id: RequestID) async {
    await record(.fenced(id, wall: clocks.wall(), clocks.boot()))
    wake.now()
  }
}
