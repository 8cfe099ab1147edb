import AccessAPI

/// Why a command did not do what was asked: a stable code, what happened, and what to do.
struct Failure: Error, Equatable {
  /// An `ErrorCode`, or one that only a newer broker knows.
  let code: String
  let exitCode: Int32
  let message: String
  /// What stands between the message and the hint, a line each.
  let details: [String]
  let hint: String?

  init(_ code: ErrorCode, _ message: String, details: [String] = [], hint: String? = nil) {
    self.code = code.rawValue
    self.exitCode = code.exitCode
    self.message = message
    self.details = details
    self.hint = hint
  }

  /// What the broker answered.
  init(_ problem: Problem) {
    let prefix = Problem.typePrefix
    code =
      problem.type.hasPrefix(prefix)
      ? String(problem.type.dropFirst(prefix.count)) : ErrorCode.internal.rawValue
    exitCode = problem.code?.exitCode ?? exitCodeOfUnknownProblem(status: problem.status)
    message = problem.title
    details = []
    hint = problem.hint
  }
}

/// For codes of a newer broker: the exit code that its HTTP status has in `ErrorCode`'s table.
private func exitCodeOfUnknownProblem(status: Int) -> Int32 {
  let known = ErrorCode.allCases.first { $0.httpStatus == status }
  return (known ?? .internal).exitCode
}

/// Whoever read our output has gone, as `head` does; nothing is wrong.
struct ReaderGone: Error {}
