import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func preview(_ plan: RolePlan) async throws(ProvisioningError) -> [String] {
    let inspection = try await inspected(plan).value
    let comment = "\(tag.prefix)(random)"
    return try await admins.run(.issuing) { connection in
      let marker = inspection.hasMarker ? [] : [try connection.markerCreation()]
      let creation = try connection.creation(
        of: plan, scopes: inspection.scopes, verifier: "(verifier)", comment: comment)
      let login = try RoleStatements(plan.name, on: connection).enableLogin
      return marker + creation + [login]
    }.value
  }

  package func create(_ plan: RolePlan) async throws(ProvisioningError) -> CreatedRole {
    let fresh = try FreshSecret()
    await admins.keepOneInHand()
    let inspected = try await inspected(plan)
    let (inspection, server) = (inspected.value, inspected.systemIdentifier)
    if !inspection.hasMarker {
      _ = try await admins.run(.issuing, on: server) { connection in
        try connection.createMarker()
      }
    }
    let comment = tag.comment(random: UInt64.random(in: .min ... .max))
    let made = try await admins.run(.issuing, on: server) { connection in
      try connection.create(
        plan, scopes: inspection.scopes, verifier: fresh.verifier.text, comment: comment)
    }.value
    guard made.differences.isEmpty else {
      throw ProvisioningError(
        .refused,
        """
        the server made \(plan.name) otherwise than asked: \
        \(made.differences.joined(separator: ", ")); see what on the server changes roles
        """)
    }
    return CreatedRole(
      identity: RoleIdentity(name: plan.name, oid: made.oid, systemIdentifier: server),
      secret: fresh.secret, reach: inspection.reach)
  }

  package func enableLogin(_ role: RoleIdentity) async throws(ProvisioningError) {
    try await alter(role) { connection in
      try RoleStatements(role.name, on: connection).enableLogin
    }
  }

  package func reissue(_ role: RoleIdentity) async throws(ProvisioningError) -> Secret {
    let fresh = try FreshSecret()
    try await alter(role) { connection in
      try RoleStatements(role.name, on: connection)
        .enableLogin(verifier: try connection.quoted(literal: fresh.verifier.text))
    }
    return fresh.secret
  }

  package func extend(_ role: RoleIdentity, until: Timestamp) async throws(ProvisioningError) {
    try await alter(role) { connection in
      try RoleStatements(role.name, on: connection)
        .expire(at: try connection.quoted(literal: until.description))
    }
  }

  private func inspected(
    _ plan: RolePlan
  ) async throws(ProvisioningError) -> Answer<ScopeInspection> {
    let (remembered, tested) = (grantOptions, testedVersions)
    let inspection = try await admins.run(.issuing) { connection in
      try connection.inspect(plan, remembered, tested: tested)
    }
    let objections = inspection.value.objections
    guard objections.isEmpty else {
      throw ProvisioningError(.refused, objections.joined(separator: "; "))
    }
    let dangers = [access.plainConnection].compactMap(\.self) + inspection.value.dangers
    let refused = dangers.filter { !plan.accept.contains($0.danger) }
    guard refused.isEmpty else {
      let list = refused.map { "\($0.danger.rawValue): \($0.found)" }.joined(separator: "; ")
      throw ProvisioningError(.dangerous, "the policy does not accept \(list)")
    }
    return inspection
  }

  /// Runs one statement on a role, unless it is no longer the one that we made.
  private func alter(
    _ role: RoleIdentity,
    by statement: @escaping @Sendable (isolated Connection) throws -> String
  ) async throws(ProvisioningError) {
    let tag = tag
    _ = try await admins.run(.issuing, on: role.systemIdentifier) { connection in
      let records = try connection.roles(oid: role.oid, name: role.name)
      guard let record = records.first(where: { tag.fits($0, role) }) else {
        throw ProvisioningError(
          .refused,
          "\(role.name) is not the role that the broker made; revoke the grant and ask again")
      }
      // Whoever began to end it, the ledger or a dead man's switch: it never comes back.
      guard !record.isFenced else {
        throw ProvisioningError(.fenced, "the end of \(role.name) has begun")
      }
      try connection.execute(try statement(connection))
    }
  }
}
