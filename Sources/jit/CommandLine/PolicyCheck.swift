import AccessAPI
import AccessCore
import PolicyFile

/// What was found in a directory of policy files.
struct PolicyCheck {
  let directory: String
  /// Nil when there is an error.
  let policy: Policy?
  /// Errors and warnings, by file, line and column.
  let diagnostics: [Diagnostic]

  init(_ directory: String) {
    self.directory = directory
    do throws(PolicyErrors) {
      let checked = try checkPolicy(readPolicyDocuments(directory: directory))
      (policy, diagnostics) = (checked.policy, checked.warnings)
    } catch {
      (policy, diagnostics) = (nil, error.diagnostics)
    }
  }

  /// `policies: 2 databases, 3 roles, 4 entitlements, no errors`
  var summary: String {
    guard let policy else { return "\(directory.inert): \(count(errorCount, "error"))" }
    let entitlements = count(policy.entitlements.count, "entitlement")
    return """
      \(directory.inert): \(count(policy.databases.count, "database")), \
      \(count(policy.roles.count, "role")), \(entitlements), no errors
      """
  }

  /// One line for each diagnostic: `policies/people.yaml:3:14: error: …`, and its hint.
  var lines: [String] { diagnostics.lines(in: directory) }

  /// - Parameter withDetails: whether it names each error.
  func failure(withDetails: Bool) -> Failure? {
    policy == nil ? refused(details: withDetails ? lines : []) : nil
  }

  private func refused(details: [String]) -> Failure {
    Failure(
      .policyRefused, "the policy in \(directory.inert) has \(count(errorCount, "error"))",
      details: details, hint: "mend it, then check again")
  }

  /// - Throws: a `Failure` with each error when there is one.
  var valid: Policy {
    get throws {
      if let policy { return policy }
      throw refused(details: lines)
    }
  }

  var json: JSON {
    .object([
      "directory": .string(directory), "valid": .bool(policy != nil),
      "diagnostics": .array(diagnostics.map(\.json)),
    ])
  }

  private var errorCount: Int { diagnostics.count { $0.severity == .error } }
}

extension PolicyErrors {
  func lines(in directory: String) -> [String] { diagnostics.lines(in: directory) }
}

extension [Diagnostic] {
  fileprivate func lines(in directory: String) -> [String] {
    flatMap { diagnostic in
      // What is about the directory names it already.
      let prefix = diagnostic.file == directory ? "" : directory.inert + "/"
      return ["\(prefix)\(diagnostic)"]
        + (diagnostic.hint.map { ["  hint: \($0.withoutControls)"] } ?? [])
    }
  }
}

extension Diagnostic {
  fileprivate var json: JSON {
    .object([
      "severity": .string(severity.rawValue), "file": .string(file),
      "line": position.map { .integer(Int64($0.line)) } ?? .null,
      "column": position.map { .integer(Int64($0.column)) } ?? .null,
      "message": .string(message), "hint": hint.map { .string($0) } ?? .null,
    ])
  }
}
