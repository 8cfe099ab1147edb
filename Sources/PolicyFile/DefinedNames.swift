import AccessCore

/// The names that a rule can speak of, and the reading of such names.
struct DefinedNames {
  let reader: Reader
  let groups: Groups
  let people: Set<Principal>
  /// Defined at all, be it wrongly: who misspells a uid should not be told that the database is
  /// missing as well.
  private let windows: [WindowName: Window]
  private let databases: Set<String>
  private let roles: Set<String>
  private let windowNames: Set<String>
  private let entitlements: Set<String>
  private let areComplete: Bool

  init(_ sections: Sections, _ groups: Groups, _ windows: [WindowName: Window], reader: Reader) {
    self.reader = reader
    self.groups = groups
    self.windows = windows
    people = groups.members.values.reduce(into: []) { $0.formUnion($1) }
    databases = Set(sections[.databases].map(\.key.text))
    roles = Set(sections[.roles].map(\.key.text))
    windowNames = Set(sections[.windows].map(\.key.text))
    entitlements = Set(
      (sections[.entitlements] + sections[.breakGlass]).map(\.key.text))
    areComplete = sections.areComplete
  }

  /// Whether the members of every group are known.
  var membersAreKnown: Bool { areComplete && groups.areSound }

  func database(_ node: Node) -> DatabaseName? {
    defined(node, in: databases, "database")
  }

  func role(_ node: Node) -> RoleName? { defined(node, in: roles, "role") }

  func entitlement(_ node: Node) -> EntitlementName? {
    defined(node, in: entitlements, "entitlement")
  }

  /// Nil also for one that could not be read, about which everything is said already.
  func window(_ node: Node) -> Window? {
    let name: WindowName? = defined(node, in: windowNames, "window")
    return name.flatMap { windows[$0] }
  }

  private func defined<Kind>(
    _ node: Node, in known: Set<String>, _ noun: String
  ) -> Name<Kind>? {
    guard let name: Name<Kind> = reader.name(node) else { return nil }
    if known.contains(name.text) { return name }
    reportUnknown(
      node.place, "there is no \(noun) \(name.text.quoted)",
      hint: reader.didYouMean(name.text, known) ?? "Define it under \(noun)s.")
    return nil
  }

  /// A group, or a person who is a member of one.
  func party(_ node: Node) -> Party? {
    guard let text = reader.text(node, "a group or a person") else { return nil }
    if let group = GroupName(text), groups.members[group] != nil { return .group(group) }
    if let person = Principal(text), people.contains(person) { return .person(person) }
    let known = groups.members.keys.map(\.text) + people.map(\.text)
    reportUnknown(
      node.place, "\(text.quoted) is neither a group nor a member of one",
      hint: reader.didYouMean(text, known) ?? "Define the group, or add the person to one.")
    return nil
  }

  func parties(_ node: Node) -> [Party]? { reader.list(node, of: "groups or people", party) }

  func person(_ key: Key) -> Principal? {
    guard let person: Principal = reader.name(key) else { return nil }
    if people.contains(person) { return person }
    reportUnknown(
      key.place, "\(person.text.quoted) is not a member of any group",
      hint: reader.didYouMean(person.text, people.map(\.text)) ?? "Add the person to a group.")
    return nil
  }

  private func reportUnknown(_ place: Place, _ message: String, hint: String) {
    if areComplete { reader.error(place, message, hint: hint) }
  }
}
