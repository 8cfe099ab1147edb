import CLibPQ

extension PostgresError {
  /// The error of a failed call on a connection, with what the server said about it, if it did.
  init(_ result: OpaquePointer?, on connection: OpaquePointer) {
    let state = result.field(PQDiagnostic.sqlState).map(SQLState.init(rawValue:))
    let message =
      result.field(PQDiagnostic.primaryMessage) ?? lastMessage(of: connection)
    if PQstatus(connection) != CONNECTION_OK {
      self = .unreachable(message, sqlState: state)
    } else if let state {
      self = .server(
        state, message: message, detail: result.field(PQDiagnostic.detail),
        hint: result.field(PQDiagnostic.hint))
    } else {
      self = .misuse(message)
    }
  }

  /// The error of a connection that did not come about.
  ///
  /// libpq keeps the SQLSTATE of a failed start to itself and only prints it, when told to be
  /// verbose: `connection to server at … failed: FATAL:  28P01: password authentication failed`.
  init(connecting connection: OpaquePointer) {
    guard let refusal = Refusal(in: String(cString: PQerrorMessage(connection))) else {
      self = .unreachable(lastMessage(of: connection))
      return
    }
    switch refusal.state.errorClass {
    // It is starting, stopping or in recovery, or does not speak the protocol: nobody to talk to.
    case "57", "08": self = .unreachable(refusal.message, sqlState: refusal.state)
    default: self = .server(refusal.state, message: refusal.message)
    }
  }
}

/// The first `SEVERITY:  SQLSTATE: message` in a verbose text of libpq.
private struct Refusal {
  let state: SQLState
  let message: String

  init?(in text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ": ", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated().dropLast() {
        // Two spaces follow the severity, so the state itself begins with one.
        let code = part.dropFirst()
        guard part.first == " ", code.count == 5, code.allSatisfy(isStateCharacter) else {
          continue
        }
        state = SQLState(rawValue: String(code))
        message = parts[(index + 1)...].joined(separator: ": ")
        return
      }
    }
    return nil
  }
}

private func isStateCharacter(_ character: Character) -> Bool {
  ("0"..."9").contains(character) || ("A"..."Z").contains(character)
}

/// What libpq has to say about the last call, its advice in several indented lines made into one.
func lastMessage(of connection: OpaquePointer) -> String {
  String(cString: PQerrorMessage(connection))
    .split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Codes of `PQresultErrorField`, which are C character macros that Swift does not import.
///
/// Source: `postgres_ext.h`.
private enum PQDiagnostic {
  static let sqlState: Unicode.Scalar = "C"
  static let primaryMessage: Unicode.Scalar = "M"
  static let detail: Unicode.Scalar = "D"
  static let hint: Unicode.Scalar = "H"
}

extension OpaquePointer? {
  fileprivate func field(_ code: Unicode.Scalar) -> String? {
    PQresultErrorField(self, CInt(code.value)).map { String(cString: $0) }
  }
}
