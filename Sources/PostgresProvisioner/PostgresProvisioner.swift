import AccessCore
import PostgresClient

/// Roles for grants on one PostgreSQL server (14 to 18), made and unmade with one admin login that
/// need not be a superuser.
package final class PostgresProvisioner: Provisioner {
  let access: DatabaseAccess
  let admins: AdminConnections
  let grantOptions = RememberedGrantOptions()
  let tag: OriginTag
  let failpoint: FailpointHandler

  /// - Parameters:
  ///   - passwords: the admin's, and while it is rotated the next one; read anew for each
  ///     connection. Empty when it shows no password.
  ///   - connectionsMax: at least 2; one is kept for revocations.
  package init(
    access: DatabaseAccess, passwords: @escaping @Sendable () throws -> [Secret], tag: OriginTag,
    failpoint: @escaping FailpointHandler = { _ in },
    fault: @escaping StepFaultHandler = { nil }, connectionsMax: Int = 4
  ) {
    self.access = access
    admins = AdminConnections(
      to: AdminServer(access: access, passwords: passwords), connectionsMax: connectionsMax,
      fault: fault)
    self.tag = tag
    self.failpoint = failpoint
  }

  package func revoke(_ target: RevocationTarget) async -> Revocation {
    var attempt = RevocationAttempt(at: target, admins: admins, tag: tag, failpoint: failpoint)
    return await attempt.run()
  }

  package func revokeTogether(_ targets: [RevocationTarget]) async -> [Revocation] {
    var batch = RevocationBatch(of: targets, admins: admins, tag: tag, failpoint: failpoint)
    return await batch.run()
  }

  package func census() async throws(ProvisioningError) -> Census {
    let (tag, marker) = (tag, markerRole)
    let found = try await admins.run(.issuing) { connection in
      try connection.query(.marked(by: marker, prefix: tag.prefix))
        .map { row throws(PostgresError) in
          let isEarlier = tag.isEarlier(try row.text("description"))
          return (
            try row.oid("oid"), try row.text("rolname"), try row.bool("is_fenced"), isEarlier
          )
        }
    }
    let server = found.systemIdentifier
    let roles = found.value.map { oid, name, isFenced, isEarlier in
      (RoleIdentity(name: name, oid: oid, systemIdentifier: server), isFenced, isEarlier)
    }
    return Census(
      systemIdentifier: server, roles: roles.map(\.0),
      fenced: Set(roles.filter(\.1).map(\.0)), earlier: Set(roles.filter(\.2).map(\.0)))
  }

  package func close() async {
    await admins.close()
  }
}
