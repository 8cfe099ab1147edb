/// Whether a backtracking engine may take time that doubles with each character of a text, as
/// `(a+)+$` does: something without bound is repeated without bound, and one repetition could as
/// well be two.
///
/// A judgement by the form of the pattern, which errs to both sides: what it finds takes another
/// form at no loss, and what it does not find is slow at worst on the 2 kB of a reason.
func isCatastrophic(_ pattern: String) -> Bool {
  var reader = PatternReader(pattern)
  return reader.alternatives().contains { $0.contains(where: \.isCatastrophic) }
}

/// One piece of a pattern, with how often it may stand there.
private struct Piece {
  enum Kind {
    case atom(String)
    case group([[Piece]])
  }

  let kind: Kind
  var mayBeMissing = false
  /// More often than anybody counts.
  var isRepeated = false

  var isCatastrophic: Bool {
    guard case .group(let alternatives) = kind else { return false }
    return isRepeated && alternatives.areAmbiguous
      || alternatives.contains { $0.contains(where: \.isCatastrophic) }
  }

  /// Whether two of it, one after the other, could as well be one.
  fileprivate var isElastic: Bool {
    if isRepeated { return true }
    guard case .group(let alternatives) = kind else { return false }
    return alternatives.contains(where: \.isElastic)
  }
}

extension [Piece] {
  /// Nothing but what is elastic has to be there.
  fileprivate var isElastic: Bool {
    contains(where: \.isElastic) && allSatisfy { $0.isElastic || $0.mayBeMissing }
  }

  /// What a single atom stands for.
  fileprivate var onlyAtom: String? {
    guard count == 1, case .atom(let text)? = first?.kind else { return nil }
    return text
  }
}

extension [[Piece]] {
  fileprivate var areAmbiguous: Bool {
    if contains(where: \.isElastic) { return true }
    let atoms = compactMap(\.onlyAtom)
    return atoms.indices.contains { index in
      atoms[..<index].contains { overlap($0, atoms[index]) }
    }
  }
}

private func overlap(_ a: String, _ b: String) -> Bool {
  func covers(_ wide: String, _ other: String) -> Bool {
    wide == "." || wide == #"\w"# && (other == #"\d"# || other.allSatisfy(\.isLetter))
  }
  return a == b || covers(a, b) || covers(b, a)
}

/// Reads patterns that are known to compile.
private struct PatternReader {
  private var rest: Substring

  init(_ pattern: String) { rest = pattern[...] }

  /// Up to the end, or to the parenthesis that closes them.
  mutating func alternatives() -> [[Piece]] {
    var alternatives: [[Piece]] = [[]]
    while let next = rest.first, next != ")" {
      rest.removeFirst()
      if next == "|" {
        alternatives.append([])
      } else {
        alternatives[alternatives.count - 1].append(quantified(piece(next)))
      }
    }
    rest = rest.dropFirst()
    return alternatives
  }

  private mutating func piece(_ first: Character) -> Piece {
    switch first {
    case "(":
      // What is atomic is not tried again.
      let isAtomic = rest.hasPrefix("?>")
      skipGroupKind()
      let inner = alternatives()
      return Piece(kind: isAtomic ? .atom("atomic") : .group(inner))
    case "[": return Piece(kind: .atom("[" + characterClass()))
    case "\\": return Piece(kind: .atom("\\" + String(rest.popFirst() ?? "\\")))
    default: return Piece(kind: .atom(String(first)))
    }
  }

  /// `?:`, `?<name>`, `?=` and the like.
  private mutating func skipGroupKind() {
    guard rest.first == "?" else { return }
    let end = rest.firstIndex { ":>=!)".contains($0) }
    guard let end, rest[end] != ")" else { return }
    rest = rest[rest.index(after: end)...]
  }

  private mutating func characterClass() -> String {
    var text = ""
    var depth = 1
    while depth > 0, let next = rest.popFirst() {
      text.append(next)
      switch next {
      case "\\": text += rest.popFirst().map(String.init) ?? ""
      case "[": depth += 1
      case "]" where text != "]" && text != "^]": depth -= 1
      default: break
      }
    }
    return text
  }

  private mutating func quantified(_ piece: Piece) -> Piece {
    var piece = piece
    switch rest.first {
    case "*", "?", "+":
      let sign = rest.removeFirst()
      piece.mayBeMissing = sign != "+"
      piece.isRepeated = sign != "?"
    case "{":
      guard let end = rest.firstIndex(of: "}") else { return piece }
      let bounds = rest[rest.index(after: rest.startIndex)..<end]
        .split(separator: ",", omittingEmptySubsequences: false)
      piece.mayBeMissing = bounds.first == "0"
      piece.isRepeated = bounds.last.map { Int($0) ?? .max > 10 } ?? false
      rest = rest[rest.index(after: end)...]
    default: return piece
    }
    if rest.first == "+" { piece.isRepeated = false }
    if rest.first == "+" || rest.first == "?" { rest.removeFirst() }
    return piece
  }
}
