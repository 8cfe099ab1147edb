/// The name of a signing key: not empty, without Unicode spaces, control characters and `+`
/// (C2SP signed-note). For a log's own key it is the log's origin.
///
/// Two names are equal if their bytes are. Swift's strings compare by canonical equivalence, which
/// would take some different names for one.
package struct KeyName: Hashable, Sendable, CustomStringConvertible {
  let utf8: [UInt8]

  package init(_ text: String) throws(NoteError) {
    let allowed = text.unicodeScalars.allSatisfy { scalar in
      scalar != "+" && !scalar.properties.isWhitespace
        && scalar.properties.generalCategory != .control
    }
    guard !text.isEmpty && allowed else { throw .badKeyName }
    utf8 = Array(text.utf8)
  }

  package var description: String { String(decoding: utf8, as: UTF8.self) }
}
