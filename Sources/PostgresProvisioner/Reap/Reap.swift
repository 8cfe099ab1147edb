import AccessCore
import PostgresClient

extension PostgresProvisioner: Reaping {
  package func overdue() async throws(ProvisioningError) -> [RoleIdentity] {
    let tag = tag
    let answer = try await admins.run(.revoking) { try $0.overdue(tag) }
    return answer.value.map {
      RoleIdentity(name: $0.name, oid: $0.oid, systemIdentifier: answer.systemIdentifier)
    }
  }

  package func cutOff(_ role: RoleIdentity) async -> CutOff {
    let target = RevocationTarget(name: role.name, identity: role, scopes: [])
    var attempt = RevocationAttempt(
      at: target, admins: admins, standbys: standbys, tag: tag, failpoint: failpoint)
    return await attempt.cutOff()
  }
}

extension RevocationAttempt {
  /// The first half of a revocation: up to the moment in which no session is left.
  mutating func cutOff() async -> CutOff {
    do throws(Obstacle) {
      let remains = try await find()
      guard let role = remains.role, try await isOverdue(role, on: remains.server) else {
        return CutOff(.notOverdue)
      }
      let unfenced = role.isFenced ? nil : try await fence(role, on: remains.server)
      try await empty(role, on: remains.server)
      if let unfenced {
        try await terminateSessions(of: role.oid, on: remains.server)
        throw unfenced
      }
      let standbys = beginStandbys(for: role.oid, on: remains.server)
      try await endSessions(of: remains, role.oid)
      try await expelGuests(from: role, on: remains.server)
      try await finish(standbys, of: role.oid)
      return CutOff(.done, sessionsEnded: sessionsEnded)
    } catch {
      let note = ([error.note] + notes).joined(separator: "; ")
      return CutOff(.failed(note), sessionsEnded: sessionsEnded)
    }
  }

  /// Asked again directly before the fence: the broker, which knows better, may be at work.
  private func isOverdue(_ role: RoleRecord, on server: String) async throws(Obstacle) -> Bool {
    let tag = tag
    return try await step(on: server) { try $0.overdue(tag) }.value.contains { $0.oid == role.oid }
  }
}

extension Connection {
  func overdue(_ tag: OriginTag) throws(PostgresError) -> [(oid: UInt32, name: String)] {
    try query(.overdue(marker: markerRole, prefix: tag.prefix)).map { row throws(PostgresError) in
      (try row.oid("oid"), try row.text("rolname"))
    }
  }
}
