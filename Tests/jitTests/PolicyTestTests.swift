import AccessCore
import Foundation
import PolicyFile
import Testing

@testable import jit

@Suite("policy test and diff")
struct PolicyTestTests {
  /// The example policies that the project ships.
  private let policies = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../policies").standardizedFileURL.path

  /// A directory with one policy file and one file of tests, for as long as `body` runs.
  private func inDirectory(
    _ policy: String, tests: String? = nil, _ body: (String) throws -> Void
  ) throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "jit-policy-\(UUID().uuidString)")
    let folder = directory.appending(path: "tests")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
    }
    try policy.write(to: directory.appending(path: "p.yaml"), atomically: true, encoding: .utf8)
    try tests?.write(to: folder.appending(path: "t.yaml"), atomically: true, encoding: .utf8)
    try body(directory.path)
  }

  private static let policy = """
    groups: { a: { members: [alice] } }
    databases: { db: { uid: d, environment: testing, engine: postgresql, connection: { host: /tmp, dbname: d }, admin: { user: jit, peer: true } } }
    roles: { r: { postgresql: { member_of: [r] } } }

    """

  private static let wrong = """
    tests:
      nobody asks:
        { as: alice, db: db, role: r, for: 1h, at: 2026-01-01, expect: allowed }
      nobody is let:
        { as: alice, db: db, role: r, for: 1h, at: 2026-01-01, expect: refused }
    """

  @Test("the tests that the project ships pass")
  func shipped() throws {
    let test = try PolicyTest(policies)
    #expect(test.failure == nil)
    #expect(test.summary == "\(test.results.count) passed, 0 failed")
    #expect(test.text(paint: .plain).hasPrefix("ok    changing orders takes a DBA and an owner\n"))
  }

  @Test("a test that fails stands with its place and why, and the exit code is 65")
  func fails() throws {
    try inDirectory(Self.policy, tests: Self.wrong) { directory in
      let test = try PolicyTest(directory)
      #expect(
        test.text(paint: .plain) == """
          FAIL  nobody asks  (\(directory)/tests/t.yaml:2:3)
                expected allowed, but not-entitled: no rule lets alice ask for r on db
          ok    nobody is let
          1 passed, 1 failed

          """)
      #expect(test.failure?.exitCode == 65)
      #expect(test.failure?.message == "1 test of 2 failed")
      #expect(test.json.inertLine.contains(#""failed":1,"passed":1"#))
    }
  }

  @Test("a policy or tests that cannot be read are told with each error")
  func unreadable() throws {
    try inDirectory("grups: {}\n", tests: Self.wrong) { directory in
      let failure = #expect(throws: Failure.self) { try PolicyTest(directory) }
      #expect(failure?.details.first?.hasPrefix("\(directory)/p.yaml:1:1: error: ") == true)
    }
    try inDirectory("groups: {}\n", tests: "test: {}\n") { directory in
      let failure = #expect(throws: Failure.self) { try PolicyTest(directory) }
      #expect(failure?.exitCode == 65)
      #expect(failure?.details.first?.hasPrefix("\(directory)/tests/t.yaml:1:1: error: ") == true)
    }
  }

  @Test("who gains and who loses stands on a line for each change")
  func difference() throws {
    func policy(_ members: String) throws -> Policy {
      let text = "groups: { a: { members: [\(members)] } }\nauthorities: { audit: [a] }\n"
      return try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    }
    let difference = PolicyDifference(from: try policy("alice, bob"), to: try policy("bob, carol"))
    #expect(
      difference.text(paint: .plain) == """
        + the authority audit: carol
        - the authority audit: alice

        """)
    #expect(difference.json.inertLine.contains(#""change":"gained","people":["carol"]"#))
  }
}
