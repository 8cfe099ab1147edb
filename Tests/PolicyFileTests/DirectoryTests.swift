import AccessCore
import Foundation
import Testing

@testable import PolicyFile

@Suite("A directory of policies")
struct DirectoryTests {
  /// Runs `body` with a new directory that holds `files`, and removes it.
  private func withDirectory(
    _ files: [String: Data], _ body: (URL) throws -> Void
  ) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
    }
    for (name, data) in files { try data.write(to: directory.appending(path: name)) }
    try body(directory)
  }

  private func problems(_ directory: URL) -> [String] {
    do {
      _ = try readPolicyDocuments(directory: directory.path)
      return []
    } catch {
      return error.diagnostics.map(\.description)
    }
  }

  @Test("its *.yaml files are read by name, and nothing else")
  func read() throws {
    let files = ["b.yaml": "two", "a.yaml": "one", "README.md": "x", ".hidden.yaml": "x"]
    try withDirectory(files.mapValues { Data($0.utf8) }) { directory in
      let documents = try readPolicyDocuments(directory: directory.path)
      #expect(
        documents == [
          PolicyDocument(name: "a.yaml", text: "one"), PolicyDocument(name: "b.yaml", text: "two"),
        ])
    }
  }

  @Test("every file that cannot be a policy is told at once")
  func unreadable() throws {
    let files = [
      "a.yaml": Data("groups: {}".utf8), "b.yml": Data(), "c.yaml": Data([0xC3, 0x28]),
      "d.yaml": Data(count: PolicyLimits.documentBytesMax + 1),
    ]
    try withDirectory(files) { directory in
      let manager = FileManager.default
      try manager.createDirectory(
        at: directory.appending(path: "e.yaml"), withIntermediateDirectories: false)
      try manager.createSymbolicLink(
        atPath: directory.appending(path: "f.yaml").path, withDestinationPath: "gone.yaml")
      try #require(mkfifo(directory.appending(path: "g.yaml").path, 0o600) == 0)
      let found = problems(directory)
      #expect(found.count == 6)
      #expect(found.first == "b.yml: error: would not be read: policy files end in .yaml")
      #expect(found.contains("c.yaml: error: is not UTF-8"))
      #expect(found.contains("d.yaml: error: is larger than 1000000 bytes"))
      #expect(found.contains("e.yaml: error: is not a file"))
      #expect(found.contains("f.yaml: error: is not a file"))
      #expect(found.contains("g.yaml: error: is not a file"))
    }
  }

  @Test("one without any policy, and one that is not there, are errors")
  func empty() throws {
    try withDirectory(["README.md": Data()]) { directory in
      #expect(problems(directory) == ["\(directory.path): error: holds no policy"])
      let gone = directory.appending(path: "gone")
      #expect(problems(gone).first?.hasPrefix("\(gone.path): error: cannot be read: ") == true)
    }
  }

  @Test("too many files are an error")
  func many() throws {
    let files = (0...PolicyLimits.filesMax).map { ("\($0).yaml", Data()) }
    try withDirectory(Dictionary(uniqueKeysWithValues: files)) { directory in
      #expect(
        problems(directory) == [
          "\(directory.path): error: holds 1001 policy files, more than 1000"
        ])
    }
  }

  @Test("a linked file is read")
  func link() throws {
    try withDirectory(["..data": Data("groups: {}".utf8)]) { directory in
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: "a.yaml").path, withDestinationPath: "..data")
      let documents = try readPolicyDocuments(directory: directory.path)
      #expect(documents == [PolicyDocument(name: "a.yaml", text: "groups: {}")])
    }
  }

  @Test(
    "time zones are those of the IANA database",
    arguments: [
      ("UTC", true), ("Europe/Berlin", true), ("Asia/Kolkata", true), ("US/Pacific", true),
      ("Europe/Atlantis", false), ("../../etc/passwd", false), ("/etc/localtime", false),
      ("", false),
    ])
  func zones(name: String, exists: Bool) {
    #expect((Zone(iana: name) != nil) == exists)
  }
}
