/// Why something asked of a PostgreSQL server was not done.
///
/// It never carries a password or the text of a statement, so it may be logged and shown as it is.
package struct PostgresError: Error, Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// No connection could be made, or it was lost. What the last call did is unknown.
    case unreachable
    /// The server answered, and refused. The connection can still be used, if there was one.
    case server(SQLState)
    /// The caller asked for something that has no meaning; nothing was sent.
    case misuse
  }

  package let kind: Kind
  /// What the server gave as its reason, also where it then ended the connection (`57P01`).
  package let sqlState: SQLState?
  /// The primary message, in the server's language.
  package let message: String
  package let detail: String?
  package let hint: String?
  /// In a pipeline, which statement failed, from 0; nil elsewhere and where the commit failed.
  package private(set) var failedStatement: Int?

  private init(
    _ kind: Kind, sqlState: SQLState?, message: String, detail: String? = nil, hint: String? = nil
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
  }

  func inStatement(_ index: Int?) -> PostgresError {
    var error = self
    error.failedStatement = index
    return error
  }

  /// The same where the connection turned out to be lost right after.
  var endedConnection: PostgresError {
    switch kind {
    case .server, .unreachable: .unreachable(message, sqlState: sqlState)
    case .misuse: self
    }
  }

  static func misuse(_ message: String) -> PostgresError {
    PostgresError(.misuse, sqlState: nil, message: message)
  }

  static func unreachable(_ message: String, sqlState: SQLState? = nil) -> PostgresError {
    PostgresError(.unreachable, sqlState: sqlState, message: message)
  }

  static func server(
    _ state: SQLState, message: String, detail: String? = nil, hint: String? = nil
  ) -> PostgresError {
    // The server quotes the words that it stumbled over, and they may be somebody's secret.
    if state == .syntaxError || state.errorClass == "22" {
      return PostgresError(
        .server(state), sqlState: state,
        message: "the server could not read the statement or a value in it (text withheld)")
    }
    return PostgresError(
      .server(state), sqlState: state, message: message, detail: detail, hint: hint)
  }
}

extension PostgresError: CustomStringConvertible {
  package var description: String {
    var text = message
    if let sqlState { text += " (\(sqlState))" }
    if let failedStatement { text += ", statement \(failedStatement)" }
    if let detail { text += "; \(detail)" }
    if let hint { text += "; hint: \(hint)" }
    return text
  }
}
