import AccessCore

extension DefinedNames {
  func freezes(_ entries: [Entry], in zone: Zone) -> [FreezeName: Freeze] {
    var freezes: [FreezeName: Freeze] = [:]
    for entry in entries {
      if let freeze = freeze(entry, zone) { freezes[freeze.name] = freeze }
    }
    return freezes
  }

  private func freeze(_ entry: Entry, _ zone: Zone) -> Freeze? {
    let errorsBefore = reader.errorCount
    let name: FreezeName? = reader.name(entry.key)
    guard let fields = reader.fields(entry, known: freezeKeys) else { return nil }
    let own = fields["timezone"].map { reader.zone($0.value) }
    let reason = fields["reason"].flatMap { reader.line($0.value, "a reason") }
    let databases = fields["databases"].flatMap { reader.list($0.value, of: "databases", database) }
    let environments = fields["environments"].flatMap { reader.environments($0.value) }
    let roles = fields["roles"].flatMap { reader.list($0.value, of: "roles", role) }
    let except = fields["except"].flatMap { reader.list($0.value, of: "entitlements", entitlement) }
    let endsGrants = fields["ends_grants"].flatMap { reader.boolean($0.value) } ?? false
    guard let zone = own ?? zone, let time = time(fields, zone), let name else { return nil }
    // Without a part that is wrong it would lie on more.
    guard reader.errorCount == errorsBefore else { return nil }
    return Freeze(
      name: name, time: time, reason: reason, databases: databases.map(Set.init),
      environments: environments, roles: roles.map(Set.init), except: Set(except ?? []),
      endsGrants: endsGrants)
  }

  /// `from:` and `to:`, or `during:` some windows.
  private func time(_ fields: Fields, _ zone: Zone) -> Freeze.Time? {
    if let during = fields["during"] {
      for key in ["from", "to"] {
        if let entry = fields[key] {
          reader.error(
            entry.key.place, "\(key.quoted) does not go with \("during".quoted)",
            hint: "Keep one: two dates, or windows.")
        }
      }
      return reader.list(during.value, of: "windows", window).map { .during($0) }
    }
    let hint = "Write from and to, or during: [a-window]."
    let from = reader.required("from", in: fields, hint: hint)
      .flatMap { reader.moment($0.value, in: zone, .beginning) }
    let to = reader.required("to", in: fields, hint: hint)
      .flatMap { reader.moment($0.value, in: zone, .end) }
    guard let from, let to else { return nil }
    guard from < to else {
      reader.error(fields.owner, "ends before it begins", hint: "Exchange from and to.")
      return nil
    }
    return .between(from, to)
  }
}

private let freezeKeys = [
  "from", "to", "during", "timezone", "reason", "databases", "environments", "roles", "except",
  "ends_grants",
]

extension Reader {
  func environments(_ node: Node) -> Set<Environment>? {
    list(node, of: "environments") { choice($0, of: Environment.self, "an environment") }
      .map { Set($0) }
  }

  enum Edge {
    case beginning, end
  }

  /// A day (its beginning, or its end), a time on the clocks of the zone, or RFC 3339. Where clocks
  /// show a time twice, the one that makes the freeze longer.
  func moment(_ node: Node, in zone: Zone, _ edge: Edge) -> Timestamp? {
    guard let text = text(node, "a day or a time") else { return nil }
    if let time = Timestamp(text) { return time }
    let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let clock = parts.count == 2 ? clockMinutes(parts[1]) : 0
    guard (1...2).contains(parts.count), let clock,
      let midnight = Timestamp(parts[0] + "T00:00:00Z")
    else {
      error(
        node.place, "\(text.quoted) is neither a day nor a time",
        hint: "Write 2026-12-20, 2026-12-20 18:00 or 2026-12-20T18:00:00Z.")
      return nil
    }
    let isWholeDay = parts.count == 1 && edge == .end
    let shown = midnight.milliseconds + clock * 60_000 + (isWholeDay ? 86_400_000 : 0)
    let times = zone.times(showing: shown)
    return (edge == .beginning ? times.first : times.last) ?? zone.time(showingAtLeast: shown)
  }
}
