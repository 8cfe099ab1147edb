import AccessAPI
import AccessCore
import Crypto
import PolicyFile

/// The cases of a directory of policy files, and what came of them.
struct PolicyTest {
  let directory: String
  let results: [Result]

  struct Result {
    let test: PolicyCase
    /// None when it is as it has to be.
    let failures: [String]
  }

  /// - Throws: a `Failure` when the policy or the cases cannot be read.
  init(_ directory: String) throws {
    self.directory = directory
    let policy = try PolicyCheck(directory).valid
    let cases: [PolicyCase]
    do throws(PolicyErrors) {
      let documents = try readPolicyDocuments(directory: Self.folder(of: directory))
      cases = try parseCases(documents, in: policy.zone)
    } catch {
      throw Failure(
        .policyRefused, "the tests in \(Self.folder(of: directory).inert) cannot be read",
        details: error.lines(in: Self.folder(of: directory)), hint: "mend them, then test again")
    }
    results = cases.map { test in
      Result(test: test, failures: test.failures(under: policy, sha256: sha256))
    }
  }

  static func folder(of directory: String) -> String {
    directory + (directory.hasSuffix("/") ? "tests" : "/tests")
  }

  private var failed: Int { results.count { !$0.failures.isEmpty } }

  /// `15 passed, 1 failed`
  var summary: String { "\(results.count - failed) passed, \(failed) failed" }

  /// A line for each case; what is wrong stands below it.
  func text(paint: Paint) -> String {
    let lines = results.flatMap { result -> [String] in
      let name = result.test.name.inert
      guard !result.failures.isEmpty else { return ["\(paint.green("ok"))    \(name)"] }
      let place = Self.folder(of: directory).inert + "/" + result.test.place
      return ["\(paint.red("FAIL"))  \(name)  (\(place))"]
        + result.failures.map { "      \($0.withoutControls)" }
    }
    return (lines + [summary]).joined(separator: "\n") + "\n"
  }

  var failure: Failure? {
    guard failed > 0 else { return nil }
    return Failure(
      .policyRefused, "\(count(failed, "test")) of \(results.count) failed",
      hint: "mend the policy, or what its tests expect")
  }

  var json: JSON {
    .object([
      "directory": .string(directory), "passed": .integer(Int64(results.count - failed)),
      "failed": .integer(Int64(failed)), "tests": .array(results.map(\.json)),
    ])
  }
}

extension PolicyTest.Result {
  fileprivate var json: JSON {
    .object([
      "name": .string(test.name), "place": .string(test.place),
      "passed": .bool(failures.isEmpty), "failures": .array(failures.map { .string($0) }),
    ])
  }
}

private let sha256: SHA256Function = { bytes in
  guard let digest = AccessCore.Digest(bytes: Array(SHA256.hash(data: bytes))) else {
    preconditionFailure("SHA-256 has 32 bytes")
  }
  return digest
}
