import AccessCore

/// The cases of all documents, in their order; `zone` is that of the policy, in which times are meant.
///
/// - Throws: everything that is wrong in any of them, at once.
package func parseCases(
  _ documents: [PolicyDocument], in zone: Zone
) throws(PolicyErrors) -> [PolicyCase] {
  let reader = Reader()
  var cases: [PolicyCase] = []
  for document in documents {
    do throws(Diagnostic) {
      guard let root = try reader.compose(document) else { continue }
      cases += reader.cases(root, in: zone)
    } catch {
      reader.add(error)
    }
  }
  guard reader.errorCount == 0 else { throw PolicyErrors(reader.diagnostics) }
  return cases
}

extension Reader {
  fileprivate func cases(_ root: Node, in zone: Zone) -> [PolicyCase] {
    guard let fields = fields(root, known: ["tests"]),
      let entries = required("tests", in: fields).flatMap({ self.entries($0.value) })
    else { return [] }
    return entries.compactMap { policyCase($0, zone) }
  }

  private func policyCase(_ entry: Entry, _ zone: Zone) -> PolicyCase? {
    guard let fields = fields(entry, known: caseKeys) else { return nil }
    let asker = required("as", in: fields).flatMap { name($0.value, Principal.self) }
    let asked = asked(fields, zone)
    let at = required("at", in: fields).flatMap { moment($0.value, in: zone, .beginning) }
    let isFirstTime = fields["first_time"].flatMap { boolean($0.value) } ?? false
    let expected = expected(fields)
    guard let asker, let asked, let at, let expected else { return nil }
    return PolicyCase(
      name: entry.key.text, place: "\(entry.key.place)", asker: asker, submission: asked, at: at,
      isFirstTime: isFirstTime, expected: expected)
  }

  private func asked(_ fields: Fields, _ zone: Zone) -> PolicyCase.Asked? {
    let database = required("db", in: fields).flatMap { text($0.value, "a database") }
    let role = required("role", in: fields).flatMap { text($0.value, "a role") }
    let duration = required("for", in: fields).flatMap { text($0.value, "a duration") }
    let reason = fields["reason"].flatMap { text($0.value, "a reason") }
    let entitlement = fields["entitlement"].flatMap { text($0.value, "an entitlement") }
    let start = fields["start"].flatMap { moment($0.value, in: zone, .beginning) }
    let breakGlass = fields["break_glass"].flatMap { boolean($0.value) } ?? false
    guard let database, let role, let duration else { return nil }
    return PolicyCase.Asked(
      database: database, role: role, duration: duration, reason: reason, entitlement: entitlement,
      start: start, breakGlass: breakGlass)
  }

  private func expected(_ fields: Fields) -> PolicyCase.Expected? {
    guard
      let outcome = required("expect", in: fields, hint: "Write expect: allowed or refused.")
        .flatMap({ choice($0.value, of: Outcome.self, "an outcome") })
    else { return nil }
    for key in outcome.senseless {
      if let entry = fields[key] {
        error(
          entry.key.place, "\(key.quoted) does not go with \(outcome.rawValue.quoted)",
          hint: "Leave it out.")
      }
    }
    return PolicyCase.Expected(
      isAllowed: outcome == .allowed,
      by: fields["by"].flatMap { text($0.value, "an entitlement") },
      because: fields["because"].flatMap { choice($0.value, of: Refusal.Code.self, "a refusal") },
      needs: fields["needs"].flatMap { needs($0.value) },
      approvedBy: fields["approved_by"].flatMap { people($0.value) },
      notApprovedBy: fields["not_approved_by"].flatMap { people($0.value) })
  }

  /// `none`, or `{ dba: 1, security: 2 }`.
  private func needs(_ node: Node) -> [String: Int]? {
    if case .scalar(let scalar) = node.content, scalar.isPlain, scalar.text == "none" { return [:] }
    guard let entries = entries(node) else { return nil }
    var needs: [String: Int] = [:]
    for entry in entries {
      needs[entry.key.text] = integer(entry.value, in: 1...PolicyLimits.reviewCountMax)
    }
    return needs
  }

  private func people(_ node: Node) -> Set<Principal>? {
    list(node, of: "people") { name($0, Principal.self) }.map { Set($0) }
  }
}

private enum Outcome: String, CaseIterable {
  case allowed, refused

  /// Keys that speak of the other one.
  var senseless: [String] {
    switch self {
    case .allowed: ["because"]
    case .refused: ["by", "needs", "approved_by", "not_approved_by"]
    }
  }
}

private let caseKeys = [
  "as", "db", "role", "for", "reason", "entitlement", "start", "break_glass", "at", "first_time",
  "expect", "by", "because", "needs", "approved_by", "not_approved_by",
]
