import CRE2

/// A regular expression whose search takes time in proportion to the text, whatever the two are: RE2
/// does not backtrack. Source of the syntax: https://github.com/google/re2/wiki/Syntax; it has no
/// backreferences and no look-around.
package final class Pattern: Sendable {
  // Why `nonisolated(unsafe)`: it never changes after `init`, and RE2 documents a search on a
  // compiled expression as safe from several threads at once.
  private nonisolated(unsafe) let compiled: OpaquePointer

  /// What a compiled expression may take, with what a search keeps to be fast. It bounds how many
  /// steps there are for each character, too, and so what a search of a reason can take.
  private static let memoryMax: Int64 = 256 * 1_024

  /// - Throws: `PatternError` when the text is no regular expression, or becomes too large.
  package init(_ text: String) throws(PatternError) {
    var message = [CChar](repeating: 0, count: 256)
    var text = text
    let compiled = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        cre2_compile(
          characters.baseAddress, characters.count, Self.memoryMax, &message, message.count)
      }
    }
    guard let compiled else {
      let end = message.firstIndex(of: 0) ?? message.endIndex
      throw PatternError(
        String(decoding: message[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    self.compiled = compiled
  }

  deinit { cre2_free(compiled) }

  /// Whether the text contains a match.
  package func isFound(in text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        cre2_is_found(compiled, characters.baseAddress, characters.count) == 1
      }
    }
  }
}

/// Why a text is no regular expression.
package struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
  /// For people; in the words of RE2.
  package let description: String

  init(_ description: String) { self.description = description }
}
