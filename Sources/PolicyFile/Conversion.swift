import Yams

/// Yams' nodes as ours, without what policies have no use for.
struct Conversion {
  let file: String
  /// The true names of keys that were disguised, by place.
  let disguised: [Position: String]
  let reader: Reader
  private var count = 0

  init(file: String, disguised: [Position: String], reader: Reader) {
    self.file = file
    self.disguised = disguised
    self.reader = reader
  }

  mutating func node(_ node: Yams.Node, depth: Int) throws(Diagnostic) -> Node {
    let place = place(of: node)
    count += 1
    guard count <= PolicyLimits.documentNodesMax else {
      throw .error(
        file, at: place.position, "is more than one file may hold",
        hint: "Split it into several files.")
    }
    guard depth <= PolicyLimits.nestingMax else {
      throw .error(file, at: place.position, "is nested too deeply", hint: "Remove some brackets.")
    }
    guard node.anchor == nil else { throw .anchor(file, at: place.position) }
    switch node {
    case .scalar(let scalar):
      refuseTag(scalar.tag, at: place)
      let isPlain = scalar.style == .plain
      return Node(place: place, content: .scalar(.init(text: scalar.string, isPlain: isPlain)))
    case .sequence(let sequence):
      refuseTag(sequence.tag, at: place)
      var items: [Node] = []
      for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
      return Node(place: place, content: .sequence(items))
    case .mapping(let mapping):
      refuseTag(mapping.tag, at: place)
      return Node(place: place, content: .mapping(try entries(mapping, depth: depth)))
    case .alias:
      throw .anchor(file, at: place.position)
    }
  }

  private mutating func entries(
    _ mapping: Yams.Node.Mapping, depth: Int
  ) throws(Diagnostic) -> [Entry] {
    var entries: [Entry] = []
    var first: [String: Place] = [:]
    for pair in mapping {
      let node = try node(pair.key, depth: depth + 1)
      let value = try self.node(pair.value, depth: depth + 1)
      guard case .scalar(let scalar) = node.content else {
        reader.error(node.place, "expected a key, found \(node.kind)")
        continue
      }
      let key = Key(text: disguised[node.place.position] ?? scalar.text, place: node.place)
      if let other = first[key.text] {
        reader.definedTwice(key, first: other)
      } else {
        first[key.text] = key.place
        entries.append(Entry(key: key, value: value))
      }
    }
    return entries
  }

  private func place(of node: Yams.Node) -> Place {
    // Every node that comes out of a parser has a mark.
    Place(file: file, position: node.mark.map(Position.init) ?? Position(line: 1, column: 1))
  }

  /// `!!str`, `!!seq` and `!!map` say what is so anyhow; any other tag asks for a conversion.
  private func refuseTag(_ tag: Tag, at place: Place) {
    let harmless: [Tag.Name] = [.implicit, .nonSpecific, .str, .seq, .map]
    guard !harmless.contains(where: { $0.rawValue == tag.rawValue }) else { return }
    reader.error(
      place, "the tag \(tag.rawValue.quoted) is not supported", hint: "Leave the tag out.")
  }
}

extension Position {
  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
