import AccessCore

/// What a server still has of the role that is to be revoked.
struct Remains: Sendable, Equatable {
  /// Its `system_identifier`.
  let server: String
  /// Nil when the role is gone, or never was.
  let role: RoleRecord?
  /// Nil when nobody knows it: then the role was never able to log in.
  let oid: UInt32?
}

extension RevocationAttempt {
  func find() async throws(Obstacle) -> Remains {
    let (target, tag) = (target, tag)
    let found = try await step(on: target.identity?.systemIdentifier) { connection in
      try connection.roles(oid: target.identity?.oid, name: target.name)
    }
    let role = try role(of: target, among: found.value, tag)
    return Remains(
      server: found.systemIdentifier, role: role, oid: role?.oid ?? target.identity?.oid)
  }
}

/// Which of the roles is the one that we made; nil when it is gone.
///
/// With an OID that we recorded ourselves, its name is proof enough, and so is our tag when
/// somebody renamed it: another CREATEROLE can change either. Without one, only name and tag
/// together are. A stranger's role is never touched.
func role(
  of target: RevocationTarget, among records: [RoleRecord], _ tag: OriginTag
) throws(Obstacle) -> RoleRecord? {
  guard let identity = target.identity else {
    return records.first { $0.name == target.name && tag.marks($0.comment) }
  }
  guard let record = records.first(where: { $0.oid == identity.oid }) else { return nil }
  guard record.name == identity.name || tag.marks(record.comment) else {
    throw Obstacle(
      .residue,
      """
      the role with the OID of \(identity.name) is called \(record.name.inert) now and has no tag \
      of ours, so it was left alone; rename it back if it is the grant's
      """)
  }
  return record
}
