import AccessCore
import PostgresClient
import Synchronization

/// Roles for grants on one PostgreSQL server, made and unmade with one admin login that
/// need not be a superuser.
package final class PostgresProvisioner: Provisioner {
  let access: DatabaseAccess
  let admins: AdminConnections
  private let listed: Mutex<Standbys>
  private let makeStandbys: @Sendable ([Endpoint]) -> Standbys
  let grantOptions = RememberedGrantOptions()
  let tag: OriginTag
  let failpoint: FailpointHandler
  /// Major versions of PostgreSQL on which the broker was tried.
  let testedVersions: ClosedRange<Int>

  /// - Parameters:
  ///   - passwords: the admin's, and while it is rotated the next one; read anew for each
  ///     connection. Empty when it shows no password.
  ///   - connectionsMax: at least 2; one is kept for revocations.
  package init(
    access: DatabaseAccess, passwords: @escaping @Sendable () throws -> [Secret], tag: OriginTag,
    failpoint: @escaping FailpointHandler = { _ in },
    fault: @escaping StepFaultHandler = { nil }, connectionsMax: Int = 4,
    testedVersions: ClosedRange<Int> = 14...18
  ) {
    self.access = access
    let admins = AdminConnections(
      to: AdminServer(access: access, passwords: passwords), connectionsMax: connectionsMax,
      fault: fault)
    self.admins = admins
    makeStandbys = { replicas in
      Standbys(at: replicas, of: access, admins: admins, passwords: passwords)
    }
    listed = Mutex(makeStandbys(access.replicas))
    self.tag = tag
    self.failpoint = failpoint
    self.testedVersions = testedVersions
  }

  package func revoke(_ target: RevocationTarget) async -> Revocation {
    var attempt = RevocationAttempt(
      at: target, admins: admins, standbys: standbys, tag: tag, failpoint: failpoint)
    return await attempt.run()
  }

  package func revokeTogether(_ targets: [RevocationTarget]) async -> [Revocation] {
    var batch = RevocationBatch(
      of: targets, admins: admins, standbys: standbys, tag: tag, failpoint: failpoint)
    return await batch.run()
  }

  var standbys: Standbys { listed.withLock { $0 } }

  package func look(atStandbys replicas: [Endpoint]) async {
    let before = listed.withLock { listed -> Standbys? in
      guard listed.endpoints != replicas else { return nil }
      defer { listed = makeStandbys(replicas) }
      return listed
    }
    // What is under way there fails, and is begun anew.
    await before?.close()
  }

  package func close() async {
    await admins.close()
    await standbys.close()
  }
}
