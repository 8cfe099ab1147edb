import AccessCore

extension RecordingProvisioner {
  package func preflight(
    _ question: PreflightQuestion
  ) async throws(ProvisioningError) -> PreflightReport {
    try await look(.preflight)
    let danger = PreflightCheck(
      Danger.createroleIsSuperuser.rawValue,
      .danger(
        .createroleIsSuperuser, accepted: question.accept.contains(.createroleIsSuperuser)),
      found: "\(question.admin.user) has CREATEROLE", why: "it is every other role")
    return PreflightReport(
      serverVersion: "15.0", checks: [danger], leastAdmin: ["CREATE ROLE \(question.admin.user)"])
  }
}

extension RecordingProvisioner {
  /// Everything is in step, unless a test says otherwise.
  package func plan(_ question: ScopeQuestion) async throws(ProvisioningError) -> ScopePlan {
    try await look(.plan)
    return nextPlan
      ?? ScopePlan(
        systemIdentifier: systemIdentifier, roles: [], privileges: [], drift: [], obstacles: [],
        owners: [])
  }

  package func makeRoles(of plan: ScopePlan) async throws(ProvisioningError) {
    try await look(.makeRoles)
  }

  package func changePrivileges(by plan: ScopePlan) async throws(ProvisioningError) {
    try await look(.changePrivileges)
    nextPlan = nil
  }

  package func snapshot(
    of owner: String, on systemIdentifier: String
  ) async throws(ProvisioningError) -> OwnerSnapshot {
    try await look(.snapshot)
    return OwnerSnapshot(belongings)
  }

  /// Not one of `calls`: one look serves many grants.
  package func snapshot(
    ofScopes scopes: [String], before: [String], on systemIdentifier: String
  ) async throws(ProvisioningError) -> OwnerSnapshot {
    scopeLooks += 1
    if let refusal = scopeTrouble { throw refusal }
    return OwnerSnapshot(standing)
  }

  /// What any scope is from now on.
  package func stand(_ items: [OwnerSnapshot.Item]) { standing = items }

  package func refuseScopeLooks(with refusal: ProvisioningError?) { scopeTrouble = refusal }

  /// Each role may read a table that is named like it.
  package func tableAccess(
    of roles: [String]
  ) async throws(ProvisioningError) -> TableAccess {
    try await look(.tableAccess)
    return TableAccess(
      roles.map { TableAccess.Table(name: "public.\($0)", privileges: ["SELECT"]) })
  }

  /// What the scopes lack until privileges are changed the next time.
  package func lack(_ plan: ScopePlan) { nextPlan = plan }

  /// What any owner has from now on.
  package func own(_ items: [OwnerSnapshot.Item]) { belongings = items }
}
