import AccessCore

extension PostgresProvisioner {
  /// Whether every standby that streams is listed, and every listed one can be looked at.
  func standbyCheck(on server: String) async throws(ProvisioningError) -> PreflightCheck {
    let standbys = standbys
    var faults = await standbys.faults(on: server)
    let unlisted = try await standbys.unlistedCount(on: server)
    if unlisted > 0 {
      faults.append("\(unlisted) that stream\(unlisted == 1 ? "s" : "") and no `replicas:` lists")
    }
    let listed = standbys.places
    return PreflightCheck(
      "standbys", faults.isEmpty ? .ok : .warning,
      found: faults.isEmpty
        ? listed.isEmpty ? "none" : "every one is listed: \(listed.joined(separator: ", "))"
        : faults.map(\.inert).joined(separator: "; "),
      why: """
        a session on a standby outlives the end on the primary; those on listed ones are ended and \
        looked for, and a grant has not ended while a listed one does not answer
        """)
  }
}

extension PreflightReport {
  func adding(_ check: PreflightCheck) -> PreflightReport {
    PreflightReport(serverVersion: serverVersion, checks: checks + [check], leastAdmin: leastAdmin)
  }
}
