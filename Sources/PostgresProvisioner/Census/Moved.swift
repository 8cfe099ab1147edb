import AccessCore

/// Which of the expected roles a server has: those that were made on it, by their numbers, and
/// those that came to it with a dump, an upgrade or a copy, by their names and our tag.
struct Search: Sendable {
  /// As it was made, and as it is now.
  private(set) var here: [(made: RoleIdentity, now: ExpectedRole)] = []
  /// Those that were made elsewhere, and are not here.
  private(set) var missing: [RoleIdentity] = []
  /// Whether any of them was made on another server.
  private(set) var isElsewhere = false

  init(for expected: [ExpectedRole], in survey: Survey, of server: String, _ tag: OriginTag) {
    let tagged = survey.roles.filter { tag.marks($0.comment) }
    let byName = Dictionary(tagged.map { ($0.name, $0) }) { first, _ in first }
    for role in expected {
      let made = role.identity
      guard made.isElsewhere(than: server) else {
        here.append((made, role))
        continue
      }
      isElsewhere = true
      guard let found = byName[made.name] else {
        missing.append(made)
        continue
      }
      let now = RoleIdentity(name: made.name, oid: found.oid, systemIdentifier: server)
      here.append((made, ExpectedRole(now, role.plan)))
    }
  }
}

extension Drift {
  static func moved(to role: RoleIdentity, _ place: String) -> Drift {
    Drift(
      .moved,
      "another server answers at \(place) (system_identifier \(role.systemIdentifier)), and has it")
  }

  static func missing(
    _ role: RoleIdentity, on server: String, _ place: String, in survey: Survey
  ) -> Drift {
    let namesake = survey.roles.contains { $0.name == role.name }
    return Drift(
      .moved,
      "another server answers at \(place) (system_identifier \(server)), and "
        + (namesake ? "has a role of that name without our tag" : "does not have it"))
  }
}
