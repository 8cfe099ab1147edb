import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func census(
    expecting expected: [ExpectedRole]
  ) async throws(ProvisioningError) -> Census {
    let tag = tag
    await admins.keepOneInHand()
    var answer = try await admins.run(.looking) { connection in
      try connection.survey(expected.map(\.identity.oid), tag)
    }
    let server = answer.systemIdentifier
    let found = Search(for: expected, in: answer.value, of: server, tag)
    let here = found.here
    if found.isElsewhere {
      // Of roles that have other numbers here nothing but their names was asked yet.
      answer = try await admins.run(.looking, on: server) { connection in
        try connection.survey(here.map(\.now.identity.oid), tag)
      }
    }
    let survey = answer.value
    let byOID = Dictionary(survey.roles.map { ($0.oid, $0) }) { first, _ in first }
    let isExpected = Set(here.map(\.now.identity.oid))

    func identity(_ role: SurveyedRole) -> RoleIdentity {
      RoleIdentity(name: role.name, oid: role.oid, systemIdentifier: server)
    }
    let ours = survey.roles.filter { $0.isMarked && tag.marks($0.comment) }
    let fenced =
      ours.filter(\.isFenced).map(identity)
      + here.filter { byOID[$0.now.identity.oid]?.isFenced == true }.map(\.made)
    let drift =
      here.map { made, now in
        let moved = made == now.identity ? [] : [Drift.moved(to: now.identity, admins.place)]
        return (made, moved + survey.drift(of: now, byOID[now.identity.oid], tag))
      } + found.missing.map { ($0, [Drift.missing($0, on: server, admins.place, in: survey)]) }
    let strangers = survey.roles.filter { !isExpected.contains($0.oid) }
      .map { (identity($0), tag.halfMarks($0)) }
    return Census(
      systemIdentifier: server, roles: ours.map(identity), fenced: Set(fenced),
      earlier: Set(ours.filter { tag.isEarlier($0.comment ?? "") }.map(identity)),
      drift: Dictionary(uniqueKeysWithValues: drift.filter { !$0.1.isEmpty }),
      strangers: Dictionary(uniqueKeysWithValues: strangers.filter { !$0.1.isEmpty }))
  }
}

extension OriginTag {
  /// Why a role looks like ours and is not; empty when it does not, or is.
  ///
  /// A name like ours that can neither log in nor passes for ours in `pg_hba.conf` harms nobody, and
  /// one with the tag of another origin is another broker's.
  func halfMarks(_ role: SurveyedRole) -> [Drift] {
    switch (marks(role.comment), role.isMarked) {
    case (true, true): []
    case (true, false):
      [Drift(.stranger, "it has our tag, but is not a member of \(markerRole)")]
    case (false, let isMarked):
      !isTag(role.comment) && (isMarked || role.canLogIn)
        ? [Drift(.stranger, "it is named like a role of ours, but does not have our tag")] : []
    }
  }

  /// Whether this is the tag of some origin.
  private func isTag(_ comment: String?) -> Bool { comment?.hasPrefix("jit1:") ?? false }
}
