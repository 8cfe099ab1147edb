import AccessCore
import Yams

extension Reader {
  /// The tree of a document; nil for one that holds nothing but comments.
  ///
  /// - Throws: what keeps the text from being YAML at all. Everything milder is reported, and
  ///   the tree goes on without it.
  func compose(_ document: PolicyDocument) throws(Diagnostic) -> Node? {
    try refuseOversize(document)
    var text = DisguisedText(document.text)
    for _ in 0...Limits.repeatedKeysMax {
      do {
        let parser = try Parser(yaml: text.yaml, resolver: .basic, encoding: .utf8)
        // Nodes hold their anchors weakly; the parser owns them.
        return try withExtendedLifetime(parser) {
          guard let root = try parser.singleRoot() else { return nil }
          var conversion = Conversion(file: document.name, repeated: text.names, reader: self)
          return try conversion.node(root, depth: 0)
        }
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let place = Position(context.mark)
        guard let key = keys.first, text.disguise(key, at: place) else {
          throw .error(document, place, "a key is defined twice", hint: "Keep one of them.")
        }
      } catch let error as YamlError {
        throw error.diagnostic(in: document, text.yaml)
      } catch let error as Diagnostic {
        throw error
      } catch {
        throw .error(document, nil, "cannot be read as YAML: \("\(error)".inert)")
      }
    }
    throw .error(
      document, nil, "more than \(Limits.repeatedKeysMax) keys are defined twice",
      hint: "Keep one of each.")
  }

  private func refuseOversize(_ document: PolicyDocument) throws(Diagnostic) {
    guard document.text.utf8.count <= Limits.documentBytesMax else {
      throw .error(
        document, nil, "is larger than \(Limits.documentBytesMax) bytes",
        hint: "Split it into several files.")
    }
    guard !mayBeAliasBomb(document.text) else { throw .error(document, nil, noAliases, hint: noAliasesHint) }
  }
}

private let noAliases = "anchors and aliases are not supported"
private let noAliasesHint = "Write the value out in each place."

/// Yams compares mapping keys by value, so that some lines of aliases to aliases, used as keys,
/// would keep it busy for ever, before there is a tree to look at. Few aliases are harmless here
/// and are refused at their place later.
private func mayBeAliasBomb(_ text: String) -> Bool {
  var anchors = 0
  var aliases = 0
  var before = UInt8(ascii: "\n")
  for byte in text.utf8 {
    if " \t\r\n[{,:".utf8.contains(before) {
      if byte == UInt8(ascii: "&") { anchors += 1 }
      if byte == UInt8(ascii: "*") { aliases += 1 }
    }
    before = byte
  }
  return anchors > 0 && aliases > 8
}

/// Yams' nodes as ours, without what policies have no use for.
private struct Conversion {
  let file: String
  /// Repeated keys that were disguised, by place.
  let repeated: [Position: String]
  let reader: Reader
  var count = 0

  mutating func node(_ node: Yams.Node, depth: Int) throws(Diagnostic) -> Node {
    let place = self.place(of: node)
    count += 1
    guard count <= Limits.documentNodesMax, depth <= Limits.nestingMax else {
      throw Diagnostic(
        .error, file: file, position: place.position,
        message: depth > Limits.nestingMax ? "is nested too deeply" : "is too much for one file")
    }
    guard node.anchor == nil else {
      throw Diagnostic(
        .error, file: file, position: place.position, message: noAliases, hint: noAliasesHint)
    }
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
      throw Diagnostic(
        .error, file: file, position: place.position, message: noAliases, hint: noAliasesHint)
    }
  }

  private mutating func entries(
    _ mapping: Yams.Node.Mapping, depth: Int
  ) throws(Diagnostic) -> [Entry] {
    var entries: [Entry] = []
    var first: [String: Place] = [:]
    for pair in mapping {
      let key = try self.node(pair.key, depth: depth + 1)
      let value = try self.node(pair.value, depth: depth + 1)
      guard case .scalar(let scalar) = key.content else {
        reader.error(key.place, "expected a key, found \(key.kind)")
        continue
      }
      let text = repeated[key.place.position] ?? scalar.text
      if let other = first.updateValue(first[text] ?? key.place, forKey: text) {
        reader.definedTwice(Key(text: text, place: key.place), first: other)
      } else {
        entries.append(Entry(key: Key(text: text, place: key.place), value: value))
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

extension Diagnostic {
  fileprivate static func error(
    _ document: PolicyDocument, _ position: Position?, _ message: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(.error, file: document.name, position: position, message: message, hint: hint)
  }
}

extension YamlError {
  fileprivate func diagnostic(in document: PolicyDocument, _ yaml: String) -> Diagnostic {
    switch self {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let message = [context?.text, problem].compactMap(\.self).joined(separator: ": ")
      return .error(document, Position(mark), message.inert)
    case .reader(let problem, let offset, _, _):
      let position = offset.map { Position(charactersBefore: $0, in: yaml) }
      return .error(document, position, problem.inert)
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded,
      .duplicatedKeysInMapping:
      return .error(document, nil, "cannot be read as YAML: \("\(self)".inert)")
    }
  }
}

extension Position {
  fileprivate init(charactersBefore count: Int, in text: String) {
    let before = text.prefix(count).split(separator: /\r\n|\r|\n/, omittingEmptySubsequences: false)
    self.init(line: before.count, column: (before.last?.unicodeScalars.count ?? 0) + 1)
  }
}
