import AccessCore
import Patterns

extension DefinedNames {
  func entitlements(_ entries: [Entry]) -> [EntitlementName: Entitlement] {
    byName(entries) { entry in
      entitlement(entry, known: ["review", "review_within"]) { fields, requesters in
        reader.required("review", in: fields, hint: reviewHint)
          .flatMap { reviewRule($0, requesters) }
      }
    }
  }

  /// What named people may take in an emergency, before anybody has looked at it.
  func breakGlass(_ entries: [Entry]) -> [EntitlementName: Entitlement] {
    byName(entries) { entry in
      entitlement(entry, known: ["reviewed_by", "review_after"]) { fields, requesters in
        reviewAfterwards(fields, requesters)
      }
    }
  }

  private func byName(
    _ entries: [Entry], _ read: (Entry) -> Entitlement?
  ) -> [EntitlementName: Entitlement] {
    entries.compactMap(read).reduce(into: [:]) { $0[$1.name] = $1 }
  }

  private func entitlement(
    _ entry: Entry, known: [String], _ readReview: (Fields, [Party]?) -> ReviewRule?
  ) -> Entitlement? {
    let name: EntitlementName? = reader.name(entry.key)
    guard let fields = reader.fields(entry, known: entitlementKeys + known) else { return nil }
    let requesters = reader.required("requesters", in: fields).flatMap { parties($0.value) }
    let databases = reader.required("databases", in: fields)
      .flatMap { reader.list($0.value, of: "databases", database) }
    let roles = reader.required("roles", in: fields)
      .flatMap { reader.list($0.value, of: "roles", role) }
    let maxDuration = reader.required("max_duration", in: fields)
      .flatMap { reader.duration($0.value) }
    let reason = fields["reason"].flatMap(reader.reasonRule) ?? ReasonRule()
    let review = readReview(fields, requesters)
    let reviewWithin =
      fields["review_within"].flatMap { reader.duration($0.value) } ?? TimeSpan("4h")
    let activateWithin =
      fields["activate_within"].flatMap { reader.duration($0.value) } ?? TimeSpan("1h")
    let sessions =
      fields["sessions"].flatMap { reader.integer($0.value, in: 1...PolicyLimits.sessionsMax) } ?? 4
    let residue =
      fields["residue"].flatMap {
        reader.choice($0.value, of: ResiduePolicy.self, "a residue policy")
      } ?? .keep
    let windows = fields["windows"].flatMap { reader.list($0.value, of: "windows", window) } ?? []
    let endsWithWindow = endsWithWindow(fields)
    let perDay = fields["per_day"].flatMap(reader.dailyCap)
    let concurrent = fields["concurrent"]
      .flatMap { reader.integer($0.value, in: 1...PolicyLimits.grantsMax) }
    guard let name, let requesters, let databases, let roles, let maxDuration,
      let review, let reviewWithin, let activateWithin
    else { return nil }
    return Entitlement(
      name: name, requesters: requesters, databases: Set(databases), roles: Set(roles),
      maxDuration: maxDuration, reason: reason, review: review, reviewWithin: reviewWithin,
      activateWithin: activateWithin, sessions: sessions, residue: residue, windows: windows,
      endsWithWindow: endsWithWindow, perDay: perDay, concurrent: concurrent)
  }

  private func endsWithWindow(_ fields: Fields) -> Bool {
    guard let entry = fields["end_with_window"], let ends = reader.boolean(entry.value) else {
      return false
    }
    if ends, fields["windows"] == nil {
      reader.error(
        entry.key.place, "there are no windows to end with", hint: "Name some: windows: [a].")
    }
    return ends
  }
}

private let entitlementKeys = [
  "requesters", "databases", "roles", "max_duration", "reason", "activate_within", "sessions",
  "residue", "windows", "end_with_window", "per_day", "concurrent",
]

extension Reader {
  /// `{ grants: 3, duration: 4h }`, at least one of them.
  fileprivate func dailyCap(_ entry: Entry) -> DailyCap? {
    guard let fields = fields(entry, known: ["grants", "duration"]) else { return nil }
    let grants = fields["grants"].flatMap { integer($0.value, in: 1...PolicyLimits.grantsMax) }
    let duration = fields["duration"].flatMap { self.duration($0.value) }
    guard fields["grants"] != nil || fields["duration"] != nil else {
      error(
        entry.key.place, "caps nothing",
        hint: "Write how many or how long: { grants: 3, duration: 4h }.")
      return nil
    }
    return DailyCap(grants: grants, duration: duration)
  }

  fileprivate func reasonRule(_ entry: Entry) -> ReasonRule? {
    guard let fields = fields(entry, known: ["required", "pattern", "prompt"]) else { return nil }
    let required = fields["required"].flatMap { boolean($0.value) } ?? true
    let pattern = fields["pattern"].flatMap { self.pattern($0.value) }
    let prompt = fields["prompt"].flatMap { line($0.value, "a question") }
    return ReasonRule(required: required, pattern: pattern, prompt: prompt)
  }

  /// A regular expression that compiles.
  func pattern(_ node: Node) -> String? {
    guard let text = text(node, "a regular expression") else { return nil }
    guard text.count <= PolicyLimits.patternCharactersMax else {
      error(node.place, "is longer than \(PolicyLimits.patternCharactersMax) characters")
      return nil
    }
    do throws(PatternError) { _ = try Pattern(text) } catch {
      self.error(
        node.place, "\(text.quoted) is not a regular expression: \(error.description.inert)",
        hint: """
          The syntax is RE2's; a backslash before a special character makes it an ordinary one.
          """)
      return nil
    }
    return text
  }
}
