extension StringProtocol {
  /// The text with everything escaped that could act on a terminal, a log viewer or a reader's
  /// eye: control characters, terminal escapes, line and paragraph separators, bidirectional
  /// controls (Unicode TR 36), zero-width characters and the byte order mark.
  ///
  /// A backslash is doubled, so that the escaped form cannot be imitated.
  package var inert: String {
    var out = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default:
        if scalar.actsOnReader {
          out += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out
  }
}

extension Unicode.Scalar {
  /// Whether printing the character could do more than show a glyph.
  package var actsOnReader: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
      .unassigned:
      true
    default: false
    }
  }
}
