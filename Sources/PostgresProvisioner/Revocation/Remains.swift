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

extension RoleIdentity {
  /// Whether the role was made on another server than this one: then its number says nothing here.
  func isElsewhere(than server: String) -> Bool { systemIdentifier != server }
}

/// A dump that was restored, an upgrade, a copy: the role goes with it, and keeps its name and our
/// tag.
struct Move: Sendable, Equatable {
  let from: String
  let to: String

  /// For the receipt.
  var residue: Residue {
    Residue(
      database: "(all)", kind: "server", name: to,
      note: """
        the role had moved to this server, and what is said here is said of this one; the one on \
        which it was made (system_identifier \(from)) was not looked at
        """)
  }

  func missing(_ name: String, at place: String) -> String {
    """
    \(name) is not on the server that answers at \(place) now (system_identifier \(to)); the one on \
    which it was made (system_identifier \(from)) was not looked at; bring that one back or, when it \
    is gone for good, `jit admin forget`
    """
  }
}

extension RevocationAttempt {
  mutating func find() async throws(Obstacle) -> Remains {
    let (target, tag) = (target, tag)
    let found = try await step { connection in
      try connection.roles(oid: target.identity?.oid, name: target.name)
    }
    let server = found.systemIdentifier
    let role = try role(of: target, among: found.value, tag, on: server)
    guard let identity = target.identity, identity.isElsewhere(than: server) else {
      return Remains(server: server, role: role, oid: role?.oid ?? target.identity?.oid)
    }
    let move = Move(from: identity.systemIdentifier, to: server)
    guard let role else {
      throw Obstacle(.unreachable, move.missing(target.name, at: admins.place))
    }
    moved = move
    return Remains(server: server, role: role, oid: role.oid)
  }
}

/// Which of the roles is the one that we made; nil when it is gone.
///
/// With an OID that we recorded ourselves, its name is proof enough, and so is our tag when
/// somebody renamed it: another CREATEROLE can change either. Without one, or on another server, only
/// name and tag together are. A stranger's role is never touched.
func role(
  of target: RevocationTarget, among records: [RoleRecord], _ tag: OriginTag, on server: String
) throws(Obstacle) -> RoleRecord? {
  guard let identity = target.identity, !identity.isElsewhere(than: server) else {
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
