import AccessCore

/// A policy in force, and what is doubtful about it.
package struct CheckedPolicy: Sendable, Equatable {
  package let policy: Policy
  /// By file, line and column.
  package let warnings: [Diagnostic]
}

/// The policy that the documents say together.
///
/// - Throws: everything that is wrong in any of them, at once.
package func parsePolicy(_ documents: [PolicyDocument]) throws(PolicyErrors) -> Policy {
  try checkPolicy(documents).policy
}

/// As `parsePolicy`, with the warnings.
package func checkPolicy(_ documents: [PolicyDocument]) throws(PolicyErrors) -> CheckedPolicy {
  let reader = Reader()
  let sections = Sections(documents, reader)
  let policy = reader.policy(sections)
  let hasErrors = reader.errorCount > 0
  let lints = Lints(policy: policy, sections: sections, reader: reader)
  lints.reportErrors()
  // What is doubtful about it is told once it can be read as a whole.
  if !hasErrors { lints.reportWarnings() }
  guard reader.errorCount == 0 else { throw PolicyErrors(reader.diagnostics) }
  return CheckedPolicy(policy: policy, warnings: reader.diagnostics.sorted())
}

extension Reader {
  /// What could be read; it is a policy only if nothing was wrong.
  fileprivate func policy(_ sections: Sections) -> Policy {
    let groups = groups(sections[.groups])
    let zone = sections.timezone.flatMap { self.zone($0.value) } ?? .utc
    let windows = windows(sections[.windows], in: zone)
    let names = DefinedNames(sections, groups, windows, reader: self)
    var databases = databases(sections[.databases])
    checkNaming(databases, naming(sections[.naming]))
    let lookAlikes = lookAlikes(&databases)
    return Policy(
      groups: groups.members,
      authorities: names.authorities(sections[.authorities]),
      databases: databases.read,
      roles: roles(sections[.roles]),
      entitlements: names.entitlements(sections[.entitlements])
        .merging(names.breakGlass(sections[.breakGlass])) { $1 },
      signers: names.signers(sections[.signers]),
      reviewsNotBy: reviewsNotBy(sections.reviews),
      zone: zone,
      freezes: names.freezes(sections[.freezes], in: zone),
      lookAlikes: lookAlikes)
  }
}
