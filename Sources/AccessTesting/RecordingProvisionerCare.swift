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
