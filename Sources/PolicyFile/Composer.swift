import AccessCore
import Yams

extension Reader {
  /// The tree of a document; nil for one that holds nothing but comments.
  ///
  /// - Throws: what keeps the text from being a tree at all. Everything milder is reported, and
  ///   the tree goes on without it.
  func compose(_ document: PolicyDocument) throws(Diagnostic) -> Node? {
    let file = document.name
    guard document.text.utf8.count <= PolicyLimits.documentBytesMax else {
      throw .error(
        file, "is larger than \(PolicyLimits.documentBytesMax) bytes",
        hint: "Split it into several files.")
    }
    guard !mayBeAliasBomb(document.text) else { throw .anchor(file) }
    var text = DisguisedText(document.text)
    for _ in 0...PolicyLimits.repeatedKeysMax {
      do {
        return try tree(text, file)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let position = Position(context.mark)
        guard let key = keys.first, text.disguise(key, at: position) else {
          throw .error(file, at: position, "a key is defined twice", hint: "Keep one of them.")
        }
      } catch let error as YamlError {
        throw error.diagnostic(file, text)
      } catch let error as Diagnostic {
        throw error
      } catch {
        throw .error(file, "cannot be read as YAML: \("\(error)".inert)")
      }
    }
    throw .error(
      file, "more than \(PolicyLimits.repeatedKeysMax) keys are defined twice",
      hint: "Keep one of each.")
  }

  private func tree(_ text: DisguisedText, _ file: String) throws -> Node? {
    // Without rules nothing is resolved: a word stays the word that it is.
    let parser = try Parser(yaml: text.yaml, resolver: .basic, encoding: .utf8)
    // Nodes hold their anchors weakly; the parser owns them.
    return try withExtendedLifetime(parser) {
      guard let root = try parser.singleRoot() else { return nil }
      var conversion = Conversion(file: file, disguised: text.names, reader: self)
      return try conversion.node(root, depth: 0)
    }
  }
}

extension Diagnostic {
  static func anchor(_ file: String, at position: Position? = nil) -> Diagnostic {
    .error(
      file, at: position, "anchors and aliases are not supported",
      hint: "Write the value out in each place.")
  }
}

/// Yams compares mapping keys by value, so that some lines of aliases to aliases, used as keys,
/// would keep it busy for ever, before there is a tree to look at. A few aliases cannot do that;
/// they are refused at their place when the tree is there.
private func mayBeAliasBomb(_ text: String) -> Bool {
  var anchors = 0
  var aliases = 0
  var sign: UInt8?
  var before = UInt8(ascii: "\n")
  for byte in text.utf8 {
    if !" \t\r\n".utf8.contains(byte) {
      if sign == UInt8(ascii: "&") { anchors += 1 }
      if sign == UInt8(ascii: "*") { aliases += 1 }
    }
    // A sign counts where a value may begin and a name follows.
    sign = " \t\r\n[{,:".utf8.contains(before) ? byte : nil
    before = byte
  }
  return anchors > 0 && aliases > 8
}

extension YamlError {
  fileprivate func diagnostic(_ file: String, _ text: DisguisedText) -> Diagnostic {
    switch self {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _):
      let message = [context?.text, problem].compactMap(\.self).joined(separator: ": ")
      let isTab = text[Position(mark)] == "\t"
      return .error(
        file, at: Position(mark), message.inert, hint: isTab ? "Indent with spaces, not tabs." : nil
      )
    case .composer(nil, _, let mark, _):
      // An alias without an anchor.
      return .anchor(file, at: Position(mark))
    case .composer(.some, _, let mark, _):
      return .error(
        file, at: Position(mark), "begins a second document", hint: "Put it into a file of its own."
      )
    case .reader(let problem, let offset, _, _):
      let position = offset.map { Position(charactersBefore: $0, in: text.yaml) }
      return .error(file, at: position, problem.inert)
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded,
      .duplicatedKeysInMapping:
      return .error(file, "cannot be read as YAML: \("\(self)".inert)")
    }
  }
}

extension Position {
  fileprivate init(charactersBefore count: Int, in text: String) {
    let lines = text.prefix(count).split(omittingEmptySubsequences: false) { $0.isNewline }
    self.init(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
  }
}
