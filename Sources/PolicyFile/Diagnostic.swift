import AccessCore

/// One thing that is wrong, or doubtful, in the policy files.
package struct Diagnostic: Error, Sendable, Equatable {
  package enum Severity: String, Sendable {
    case error, warning
  }

  package let severity: Severity
  package let file: String
  /// Nil when it is about the file or directory as a whole.
  package let position: Position?
  package let message: String
  /// What to do about it.
  package let hint: String?

  package init(
    _ severity: Severity, file: String, position: Position?, message: String, hint: String? = nil
  ) {
    self.severity = severity
    self.file = file
    self.position = position
    self.message = message
    self.hint = hint
  }
}

extension Diagnostic {
  static func error(
    _ file: String, at position: Position? = nil, _ message: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(.error, file: file, position: position, message: message, hint: hint)
  }
}

/// A place in a text: line and column from 1, columns counted in Unicode scalars.
package struct Position: Hashable, Comparable, Sendable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// Why there is no policy: at least one error, and the warnings, by file, line and column.
package struct PolicyErrors: Error, Sendable, Equatable {
  package let diagnostics: [Diagnostic]

  init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics.sorted() }
}

extension Diagnostic: CustomStringConvertible {
  /// `people.yaml:3:14: error: …`, safe to print; the hint is not part of it.
  package var description: String {
    let place = position.map { ":\($0.line):\($0.column)" } ?? ""
    return "\(file.inert)\(place): \(severity.rawValue): \(message)"
  }
}

extension Diagnostic: Comparable {
  /// By place; the message only keeps the order the same from run to run.
  package static func < (a: Self, b: Self) -> Bool {
    (a.file, a.position ?? .whole, a.message) < (b.file, b.position ?? .whole, b.message)
  }
}

extension Position {
  fileprivate static let whole = Position(line: 0, column: 0)
}

extension PolicyErrors: CustomStringConvertible {
  /// One line for each diagnostic.
  package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
