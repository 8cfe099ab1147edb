/// An error as HTTP carries it: RFC 9457 problem details, media type `application/problem+json`.
package struct Problem: Codable, Sendable, Equatable, Error {
  package static let mediaType = "application/problem+json"
  package static let typePrefix = "urn:jit:error:"

  /// `urn:jit:error:` and the error code.
  package let type: String
  /// The message, for people.
  package let title: String
  package let status: Int
  /// What to do about it.
  @Nullable package var hint: String?

  package init(_ code: ErrorCode, _ message: String, hint: String? = nil) {
    self.type = Problem.typePrefix + code.rawValue
    self.title = message
    self.status = code.httpStatus
    self.hint = hint
  }

  /// Nil when the other side is newer and knows codes that we do not.
  package var code: ErrorCode? {
    guard type.hasPrefix(Problem.typePrefix) else { return nil }
    return ErrorCode(rawValue: String(type.dropFirst(Problem.typePrefix.count)))
  }
}

/// An error as the command line prints it with `-o json`, on stderr.
package struct ErrorReport: Codable, Sendable, Equatable {
  package struct Detail: Codable, Sendable, Equatable {
    package let code: String
    package let message: String
    @Nullable package var hint: String?
  }

  package let error: Detail

  package init(code: String, message: String, hint: String?) {
    error = Detail(code: code, message: message, hint: hint)
  }
}
