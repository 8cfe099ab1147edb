/// A document in which repeated keys are made different.
///
/// Yams gives no tree for a mapping with a repeated key, and tells the place of the first one
/// only. So that an error can name both places, and everything else in the file is still
/// checked, one character of the first is replaced. No place in the text changes by that.
struct DisguisedText {
  /// The true names of disguised keys, by place.
  private(set) var names: [Position: String] = [:]
  private var scalars: [Unicode.Scalar]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    // A byte order mark would count as a column.
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
  }

  var yaml: String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  subscript(position: Position) -> Unicode.Scalar? { index(of: position).map { scalars[$0] } }

  /// False when there is no character of the key's own to replace.
  mutating func disguise(_ key: String, at position: Position) -> Bool {
    guard names[position] == nil, var index = index(of: position) else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    // Private use characters are allowed by YAML and by no name.
    let indicators = "\"'&*!?:|>[]{}#".unicodeScalars
    guard scalars.indices.contains(index), !indicators.contains(scalars[index]),
      let disguise = Unicode.Scalar(0xE000 + UInt32(names.count))
    else { return false }
    scalars[index] = disguise
    names[position] = key
    return true
  }

  private func index(of position: Position) -> Int? {
    var line = 1
    var start = 0
    for index in scalars.indices where line < position.line {
      let isReturn = scalars[index] == "\r" && index + 1 < scalars.count
      if isLineBreak(scalars[index]), !(isReturn && scalars[index + 1] == "\n") {
        line += 1
        start = index + 1
      }
    }
    let index = start + position.column - 1
    return line == position.line && scalars.indices.contains(index) ? index : nil
  }
}

/// The line breaks of YAML 1.1, which is what the parser counts by.
private func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
  ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
}
