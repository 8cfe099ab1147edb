import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func census(
    expecting expected: [ExpectedRole]
  ) async throws(ProvisioningError) -> Census {
    let tag = tag
    await admins.keepOneInHand()
    let answer = try await admins.run(.looking) { connection in
      try connection.survey(expected.map(\.identity.oid), tag)
    }
    let (survey, server) = (answer.value, answer.systemIdentifier)
    let here = expected.filter { $0.identity.systemIdentifier == server }
    let byOID = Dictionary(survey.roles.map { ($0.oid, $0) }) { first, _ in first }
    let isExpected = Set(here.map(\.identity.oid))

    func identity(_ role: SurveyedRole) -> RoleIdentity {
      RoleIdentity(name: role.name, oid: role.oid, systemIdentifier: server)
    }
    let ours = survey.roles.filter { $0.isMarked && tag.marks($0.comment) }
    let fenced =
      ours.filter(\.isFenced).map(identity)
      + here.map(\.identity).filter { byOID[$0.oid]?.isFenced == true }
    let drift = here.map { ($0.identity, survey.drift(of: $0, byOID[$0.identity.oid], tag)) }
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
