import AccessCore

extension Reader {
  func name<Kind>(_ key: Key, _: Name<Kind>.Type = Name<Kind>.self) -> Name<Kind>? {
    name(key.text, at: key.place)
  }

  func name<Kind>(_ node: Node, _: Name<Kind>.Type = Name<Kind>.self) -> Name<Kind>? {
    text(node, "a \(Kind.noun)").flatMap { name($0, at: node.place) }
  }

  private func name<Kind>(_ text: String, at place: Place) -> Name<Kind>? {
    if let name = Name<Kind>(text) { return name }
    error(place, "bad \(Kind.noun) \(text.quoted)", hint: Kind.rule)
    return nil
  }

  /// A name in the database server, as the server spells it.
  ///
  /// Longer ones are cut by the server without a word, and could then be another's (PostgreSQL
  /// manual, "Identifiers and Key Words").
  func serverName(_ node: Node, _ wanted: String) -> String? {
    guard let name = line(node, wanted) else { return nil }
    guard name.utf8.count <= 63 else {
      error(node.place, "\(name.quoted) is longer than 63 bytes")
      return nil
    }
    return name
  }
}

extension NameKind {
  /// What the kind allows, in words, as the kind itself judges it.
  static var rule: String {
    let ranges = ["a-z", "A-Z", "0-9"].filter { $0.utf8.first.map(allows) == true }
    let others = (UInt8(0x21)...0x7E)
      .filter { !Character(Unicode.Scalar($0)).isASCIIAlphanumeric && allows($0) }
      .map { String(Unicode.Scalar($0)) }
    return "Use 1 to \(lengthMax) of \((ranges + others).joined(separator: " "))."
  }
}

extension Character {
  fileprivate var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
