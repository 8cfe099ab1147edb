import AccessCore

extension PolicyCase {
  /// Names that the policy does not have. What it does not know is refused anyway, so that a case that
  /// is misspelt would pass and say nothing.
  func unknownNames(in policy: Policy) -> [String] {
    let people = Set(policy.everybody.map(\.text))
    let groups = Set(policy.groups.keys.map(\.text))
    let approvers = (expected.approvedBy ?? []).union(expected.notApprovedBy ?? [])
    let named: [(noun: String, names: [String], known: Set<String>)] = [
      ("person", [asker.text] + approvers.sorted().map(\.text), people),
      ("database", [submission.database], Set(policy.databases.keys.map(\.text))),
      ("role", [submission.role], Set(policy.roles.keys.map(\.text))),
      (
        "entitlement", [submission.entitlement, expected.by].compactMap(\.self),
        Set(policy.entitlements.keys.map(\.text))
      ),
      ("group or person", (expected.needs ?? [:]).keys.sorted(), people.union(groups)),
    ]
    return named.flatMap { noun, names, known in
      names.filter { !known.contains($0) }.map { name in
        let near = nearest(to: name, among: known).map(\.quoted).joined(separator: " or ")
        return "there is no \(noun) \(name.quoted)"
          + (near.isEmpty ? "" : "; did you mean \(near)?")
      }
    }
  }
}
