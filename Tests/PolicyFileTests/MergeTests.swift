import AccessCore
import Testing

@testable import PolicyFile

@Suite("Several files as one policy")
struct MergeTests {
  @Test("a section may be spread over files")
  func spread() throws {
    let policy = try parsePolicy([
      PolicyDocument(name: "a.yaml", text: "groups: { a: { members: [alice] } }"),
      PolicyDocument(name: "b.yaml", text: "groups: { b: { members: [bob] } }"),
      PolicyDocument(name: "c.yaml", text: "authorities: { audit: [a, bob] }"),
    ])
    #expect(policy.groups.keys.map(\.text).sorted() == ["a", "b"])
    #expect(policy.authorities[.audit]?.map(\.text) == ["a", "bob"])
  }

  @Test("a name defined in two files is an error that names both places")
  func twice() {
    let found = diagnostics(of: [
      PolicyDocument(
        name: "a.yaml", text: "groups: { a: { members: [alice] } }\ntimezone: UTC\n"),
      PolicyDocument(
        name: "b.yaml", text: "timezone: UTC\ngroups:\n  a: { members: [bob] }\n"),
    ])
    #expect(
      transcript(found) == """
        b.yaml:1:1: error: "timezone" is defined twice, first at a.yaml:2:1
          Keep one of them.
        b.yaml:3:3: error: "a" is defined twice, first at a.yaml:1:11
          Keep one of them.

        """)
  }

  @Test("a group of one file and a person of another cannot share a name")
  func groupAndPerson() {
    let found = diagnostics(of: [
      PolicyDocument(name: "a.yaml", text: "groups: { dana: { members: [alice] } }"),
      PolicyDocument(name: "b.yaml", text: "groups: { dba: { members: [dana] } }"),
    ])
    #expect(
      found.map(\.description) == [
        "a.yaml:1:11: error: \"dana\" is a group here and a person at b.yaml:1:28"
      ])
  }

  @Test("a file that cannot be read does not make its names look undefined")
  func unreadable() {
    let found = diagnostics(of: [
      PolicyDocument(name: "a.yaml", text: "authorities: { audit: [dba], aduit: [x] }"),
      PolicyDocument(name: "b.yaml", text: "groups: { dba: { members: [dana }"),
    ])
    #expect(found.map { "\($0.file):\($0.position?.line ?? 0)" } == ["a.yaml:1", "b.yaml:1"])
    #expect(found.first?.message == "unknown key \"aduit\"")
  }

  @Test("diagnostics come in the order of files and places, whatever the order of reading")
  func order() {
    let documents = ["b", "a"].map {
      PolicyDocument(name: "\($0).yaml", text: "groups: []\nroles: []\nx: 1\n")
    }
    let found = diagnostics(of: documents)
    #expect(found == found.sorted())
    #expect(found == diagnostics(of: documents.reversed()))
    #expect(found.count == 6)
  }
}
