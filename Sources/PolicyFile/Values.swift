import AccessCore

extension Reader {
  /// Any text that is not empty.
  func text(_ node: Node, _ wanted: String) -> String? {
    guard case .scalar(let scalar) = node.content, !scalar.isNull else {
      error(node.place, "expected \(wanted), found \(node.kind)")
      return nil
    }
    guard !scalar.text.isEmpty else {
      error(node.place, "expected \(wanted), found an empty text")
      return nil
    }
    return scalar.text
  }

  /// A text without control characters, which libpq and the file system would cut or mistake.
  func line(_ node: Node, _ wanted: String) -> String? {
    guard let text = text(node, wanted) else { return nil }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else {
      error(node.place, "expected \(wanted), found a text with control characters")
      return nil
    }
    return text
  }

  func absolutePath(_ node: Node) -> String? {
    guard let path = line(node, "an absolute path") else { return nil }
    guard path.hasPrefix("/") else {
      error(node.place, "\(path.quoted) is not an absolute path", hint: "Begin it with \"/\".")
      return nil
    }
    return path
  }

  /// Only the plain words `true` and `false`.
  func boolean(_ node: Node) -> Bool? {
    if case .scalar(let scalar) = node.content, scalar.isPlain {
      if scalar.text == "true" { return true }
      if scalar.text == "false" { return false }
    }
    error(
      node.place, "expected true or false, found \(node.kind)",
      hint: "Write true or false, without quotes.")
    return nil
  }

  func integer(_ node: Node, in range: ClosedRange<Int>) -> Int? {
    let wanted = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let scalar) = node.content, !scalar.isNull else {
      error(node.place, "expected \(wanted), found \(node.kind)")
      return nil
    }
    guard scalar.isPlain, scalar.text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(scalar.text), range.contains(number)
    else {
      let quotes = scalar.isPlain ? "" : " in quotes"
      error(node.place, "expected \(wanted), found \(scalar.text.quoted)\(quotes)")
      return nil
    }
    return number
  }

  /// A span of at most a year.
  func duration(_ node: Node) -> TimeSpan? {
    guard let text = text(node, "a duration") else { return nil }
    guard let span = TimeSpan(text) else {
      error(
        node.place, "\(text.quoted) is not a duration",
        hint: "Write it like 90s, 30m, 1h30m, 2h or 1d.")
      return nil
    }
    guard span.seconds <= Int64(PolicyLimits.durationDaysMax) * 86_400 else {
      error(node.place, "\(text.quoted) is longer than \(PolicyLimits.durationDaysMax)d")
      return nil
    }
    return span
  }

  /// One of the words of an enumeration.
  func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ node: Node, of _: Choice.Type, _ noun: String
  ) -> Choice? {
    let words = Choice.allCases.map(\.rawValue)
    let list = "One of: \(words.joined(separator: ", "))."
    guard case .scalar(let scalar) = node.content, !scalar.isNull else {
      error(node.place, "expected the name of \(noun), found \(node.kind)", hint: list)
      return nil
    }
    guard let choice = Choice(rawValue: scalar.text) else {
      error(
        node.place, "\(scalar.text.quoted) is not \(noun)",
        hint: didYouMean(scalar.text, words) ?? list)
      return nil
    }
    return choice
  }

  /// The items of a list that is not empty; nil if any of them is wrong.
  func list<Item>(_ node: Node, of noun: String, _ read: (Node) -> Item?) -> [Item]? {
    guard case .sequence(let nodes) = node.content else {
      error(
        node.place, "expected a list of \(noun), found \(node.kind)",
        hint: "Write it in brackets, also for one: [a].")
      return nil
    }
    guard !nodes.isEmpty else {
      error(node.place, "the list is empty", hint: "Name at least one of the \(noun).")
      return nil
    }
    warnOfRepetition(nodes)
    let items = nodes.map(read)
    return items.contains { $0 == nil } ? nil : items.compactMap(\.self)
  }

  private func warnOfRepetition(_ nodes: [Node]) {
    var seen: Set<String> = []
    for node in nodes {
      if case .scalar(let scalar) = node.content, !seen.insert(scalar.text).inserted {
        warning(node.place, "is in the list twice", hint: "Keep one of them.")
      }
    }
  }
}
