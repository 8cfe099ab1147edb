import AccessCore
import Foundation
import Testing

@testable import jit

@Suite("policy check")
struct PolicyCheckTests {
  /// A directory with one policy file, for as long as `body` runs.
  private func check(_ text: String) throws -> (PolicyCheck, directory: String) {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "jit-policy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { Result { try FileManager.default.removeItem(at: directory) }.expectSuccess() }
    try text.write(to: directory.appending(path: "p.yaml"), atomically: true, encoding: .utf8)
    return (PolicyCheck(directory.path()), directory.path())
  }

  @Test("a good policy has no failure and is counted")
  func good() throws {
    let (result, directory) = try check("groups:\n  backend: { members: [alice] }\n")
    #expect(result.failure(withDetails: true) == nil)
    #expect(result.summary == "\(directory): 0 databases, 0 roles, 0 entitlements, no errors")
  }

  @Test("each error stands on a line with its file, line and column")
  func bad() throws {
    let (result, directory) = try check("grups:\n  backend: { members: [alice] }\n")
    let failure = try #require(result.failure(withDetails: true))
    #expect(failure.exitCode == 65)
    #expect(failure.message == "the policy in \(directory) has 1 error")
    #expect(failure.details.first?.hasPrefix("\(directory)/p.yaml:1:1: error: ") == true)
    #expect(result.json.inertLine.contains(#""column":1,"file":"p.yaml""#))
    #expect(result.json.inertLine.hasSuffix(#""valid":false}"#))
  }
}

extension Result {
  fileprivate func expectSuccess() {
    if case .failure(let error) = self { Issue.record(error) }
  }
}
