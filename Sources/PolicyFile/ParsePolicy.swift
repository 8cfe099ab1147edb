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
  let policy = reader.policy(Sections(documents, reader))
  guard reader.errorCount == 0 else { throw PolicyErrors(reader.diagnostics) }
  return CheckedPolicy(policy: policy, warnings: reader.diagnostics.sorted())
}

extension Reader {
  /// What could be read; it is a policy only if nothing was wrong.
  fileprivate func policy(_ sections: Sections) -> Policy {
    let groups = groups(sections[.groups])
    let names = DefinedNames(sections, groups, reader: self)
    return Policy(
      groups: groups.members,
      authorities: names.authorities(sections[.authorities]),
      databases: databases(sections[.databases]),
      roles: roles(sections[.roles]),
      entitlements: names.entitlements(sections[.entitlements]),
      signers: names.signers(sections[.signers]),
      timeZone: timeZone(sections.timezone) ?? "UTC")
  }

  private func timeZone(_ entry: Entry?) -> String? {
    guard let node = entry?.value, let name = line(node, "the name of a time zone") else {
      return nil
    }
    guard isTimeZone(name) else {
      error(
        node.place, "\(name.quoted) is not a time zone",
        hint: "Use a name of the IANA database, like Europe/Berlin.")
      return nil
    }
    return name
  }
}
