/// Whose keys are whose, as an auditor has it from elsewhere: the file of OpenSSH's
/// `allowed_signers` (ssh-keygen(1)).
///
/// What is not understood here is an error: who reads past an option believes more than it says.
package struct AllowedSigners: Sendable, Equatable {
  private var lines: [Line] = []

  private struct Line: Sendable, Equatable {
    let principals: [String]
    /// `ssh-ed25519 AAAA…`; other keys sign nothing that is read here.
    let key: String
    let namespaces: [String]?
    /// 14 digits each, of year to second in UTC.
    let validAfter: String?
    let validBefore: String?
  }

  package init(parsing text: String) throws(AllowedSignersError) {
    let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in all.enumerated() {
      let words = try split(line, at: isSpace, index + 1)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      lines.append(try Self.line(words, index + 1))
    }
  }

  /// Whether `principal` could sign with the key at that time.
  ///
  /// - Parameters:
  ///   - key: `ssh-ed25519 AAAA…`
  ///   - time: RFC 3339 in UTC.
  package func allow(_ principal: String, key: String, namespace: String, at time: String) -> Bool {
    let second = String(time.filter(\.isNumber).prefix(14))
    return lines.contains { line in
      line.key == key && matches(principal, line.principals)
        && line.namespaces.map { matches(namespace, $0) } ?? true
        && line.validAfter.map { $0 <= second } ?? true
        && line.validBefore.map { second < $0 } ?? true
    }
  }

  private static func line(
    _ words: [String], _ number: Int
  ) throws(AllowedSignersError) -> Line {
    func fail(_ reason: String) -> AllowedSignersError { .init(line: number, reason: reason) }
    // The options are one word, or none.
    func isKeyType(_ word: String) -> Bool { keyTypes.contains { word.hasPrefix($0) } }
    let hasOptions = words.count > 1 && !isKeyType(words[1])
    let rest = words.dropFirst(hasOptions ? 2 : 1)
    guard rest.count >= 2, let type = rest.first, isKeyType(type) else {
      throw fail("a line is: principals, options if any, the key's type, the key")
    }
    var options: [String: String] = [:]
    for option in try hasOptions ? split(words[1][...], at: { $0 == "," }, number) : [] {
      let parts = option.split(separator: "=", maxSplits: 1).map(unquoted)
      let name = parts[0].lowercased()
      guard parts.count == 2, knownOptions.contains(name), options[name] == nil else {
        throw fail("the option \(name) is not understood here, or stands there twice")
      }
      options[name] = parts[1]
    }
    func time(_ name: String) throws(AllowedSignersError) -> String? {
      guard let text = options[name] else { return nil }
      let digits = text.dropLast()
      guard text.hasSuffix("Z"), [8, 12, 14].contains(digits.count),
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { throw fail("\(name) is not a time in UTC like 20260301093000Z") }
      return digits + String(repeating: "0", count: 14 - digits.count)
    }
    return Line(
      principals: list(unquoted(words[0][...])), key: "\(type) \(rest.dropFirst().first ?? "")",
      namespaces: options["namespaces"].map(list), validAfter: try time("valid-after"),
      validBefore: try time("valid-before"))
  }
}

package struct AllowedSignersError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1.
  package let line: Int
  package let reason: String

  package var description: String { "line \(line): \(reason)" }
}

private let keyTypes = ["ssh-", "ecdsa-", "sk-"]
private let knownOptions: Set<String> = ["namespaces", "valid-after", "valid-before"]

private func unquoted(_ text: Substring) -> String { String(text).replacing("\"", with: "") }
private func list(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

private func isSpace(_ character: Character) -> Bool {
  character == " " || character == "\t"
}

/// The words between separators. One in double quotes separates nothing.
private func split(
  _ text: Substring, at isSeparator: (Character) -> Bool, _ line: Int
) throws(AllowedSignersError) -> [String] {
  var words: [String] = []
  var word = ""
  var isQuoted = false
  for character in text {
    if !isQuoted, words.isEmpty, word.isEmpty, character == "#" { return ["#"] }
    if character == "\"" { isQuoted.toggle() }
    if isSeparator(character) && !isQuoted {
      if !word.isEmpty { words.append(word) }
      word = ""
    } else {
      word.append(character)
    }
  }
  guard !isQuoted else { throw AllowedSignersError(line: line, reason: "a quote is not closed") }
  return word.isEmpty ? words : words + [word]
}

/// OpenSSH's pattern lists (ssh_config(5), PATTERNS): one that begins with `!` excludes.
private func matches(_ text: String, _ patterns: [String]) -> Bool {
  func fits(_ pattern: String) -> Bool { matches(Array(text.utf8)[...], Array(pattern.utf8)[...]) }
  return patterns.contains(where: fits)
    && !patterns.contains { $0.hasPrefix("!") && fits(String($0.dropFirst())) }
}

/// `*` stands for any text, `?` for one character. In time of their product, not more.
private func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
  var (text, pattern) = (text, pattern)
  var star: (pattern: ArraySlice<UInt8>, text: ArraySlice<UInt8>)?
  while !text.isEmpty {
    if pattern.first == UInt8(ascii: "*") {
      pattern = pattern.dropFirst()
      star = (pattern, text)
    } else if let next = pattern.first, next == UInt8(ascii: "?") || next == text.first {
      (text, pattern) = (text.dropFirst(), pattern.dropFirst())
    } else if let last = star {
      // The star takes one more.
      text = last.text.dropFirst()
      pattern = last.pattern
      star = (pattern, text)
    } else {
      return false
    }
  }
  return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
}
