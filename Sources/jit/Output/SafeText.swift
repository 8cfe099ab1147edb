import AccessCore

extension StringProtocol {
  /// As `inert`, but a backslash stays single: for messages in which what people wrote is already
  /// escaped, and for statements that are to be read and copied.
  var withoutControls: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.actsOnReader {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }

  /// As `withoutControls`, but the lines stay lines.
  var safeLines: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map(\.withoutControls)
  }
}
