/// The entries of a mapping whose keys are all known.
struct Fields {
  /// Where to say that one is missing.
  let owner: Place
  private let entries: [String: Entry]

  fileprivate init(owner: Place, entries: [Entry]) {
    self.owner = owner
    self.entries = Dictionary(uniqueKeysWithValues: entries.map { ($0.key.text, $0) })
  }

  subscript(key: String) -> Entry? { entries[key] }
}

extension Reader {
  func fields(_ entry: Entry, known: [String], later: [String] = []) -> Fields? {
    fields(entry.value, owner: entry.key.place, known: known, later: later)
  }

  /// The fields of a mapping. An unknown key is reported, as is one that comes later.
  func fields(
    _ node: Node, owner: Place? = nil, known: [String], later: [String] = []
  ) -> Fields? {
    guard let entries = entries(node) else { return nil }
    let kept = entries.filter { entry in
      if known.contains(entry.key.text) { return true }
      if later.contains(entry.key.text) {
        notYetSupported(entry.key.place, entry.key.text)
      } else {
        unknownKey(entry.key, known: known)
      }
      return false
    }
    return Fields(owner: owner ?? node.place, entries: kept)
  }

  /// The entries of a mapping with keys of people's choice.
  func entries(_ node: Node) -> [Entry]? {
    guard case .mapping(let entries) = node.content else {
      error(node.place, "expected a mapping, found \(node.kind)")
      return nil
    }
    return entries
  }

  func required(_ key: String, in fields: Fields, hint: String? = nil) -> Entry? {
    if let entry = fields[key] { return entry }
    error(fields.owner, "\(key.quoted) is missing", hint: hint)
    return nil
  }

  func unknownKey(_ key: Key, known: [String]) {
    error(
      key.place, "unknown key \(key.text.quoted)",
      hint: didYouMean(key.text, known) ?? "Known here: \(known.joined(separator: ", ")).")
  }
}
