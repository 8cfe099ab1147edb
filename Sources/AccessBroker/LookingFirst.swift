import AccessCore
import Ledger
import Logging
import Synchronization

/// Servers whose roles were compared with the ledger since the start.
final class LookedAt: Sendable {
  private let accesses = Mutex<Set<DatabaseAccess>>([])

  func contains(_ access: DatabaseAccess) -> Bool { accesses.withLock { $0.contains(access) } }
  func add(_ access: DatabaseAccess) { accesses.withLock { _ = $0.insert(access) } }
}

extension Broker {
  /// No access is given on a server before its roles were looked at: they may show that the ledger
  /// is an old copy. Nothing else waits for that, and no other server does.
  func lookFirst(_ id: RequestID, for caller: Caller) async throws(Refusal) {
    guard
      let request = ledger.state.requests[id], request.ask.requester == caller.principal,
      let access = request.grant?.access
        ?? policy.snapshot.policy.databases[request.ask.database]?.access,
      !looked.contains(access), await issuingStopped() == nil
    else { return }
    guard await reconcile(access, request.ask.database).unreached == nil else {
      throw Refusal(
        .databaseUnreachable,
        "\(request.ask.database) was not reached since the start of the broker",
        hint: "try again; the log of jitd has the cause")
    }
  }

  /// A role of ours of which no live grant knows.
  ///
  /// The intent to make a role is in the ledger before the role is in the server. So one of this
  /// epoch that the ledger never heard of was made by a later state of it.
  func judge(_ role: RoleIdentity, on database: DatabaseName) async {
    do {
      guard try await !ledger.hasPlanned(role.name) else { return }
      await foundRollback(
        "\(database) has the role \(role.name.inert), of which the ledger never heard")
    } catch {
      logger.error("the ledger cannot be read: \(error)")
    }
  }

  /// A sign of life where nothing else was written for a while. It says nothing that would have to
  /// be kept when the disk refuses.
  func beat() async {
    let quiet = Fact.quiet(milliseconds: heartbeatMs)
    let proposal = Proposal(by: .system) { state, now in
      .success(observe(quiet, state, now: now))
    }
    if case .failure(let refusal) = await ledger.append(proposal) {
      logger.debug("no heartbeat: \(refusal.message)")
    }
  }
}
