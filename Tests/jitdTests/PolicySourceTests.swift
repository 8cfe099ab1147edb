import AccessBroker
import PolicyFile
import Testing

@testable import jitd

@Suite("where policies come from")
struct PolicySourceTests {
  @Test("the files of the directory are read, in the order of their names")
  func read() throws {
    try withTemporaryDirectory { directory in
      _ = try directory.file("b.yaml", "roles: {}\n")
      _ = try directory.file("a.yaml", "groups: {}\n")
      _ = try directory.file("notes.txt", "not a policy")
      #expect(
        try PolicySource.directory(directory.path).read() == [
          PolicyDocument(name: "a.yaml", text: "groups: {}\n"),
          PolicyDocument(name: "b.yaml", text: "roles: {}\n"),
        ])
    }
  }

  @Test(
    "texts come out of the ledger as they went in",
    arguments: [
      [], [("a.yaml", "")],
      [("a.yaml", "x: \"\\e\\\"\"\r\n\t# \u{1F469}\u{200D}\u{1F4BB} \u{2028}\u{0}\u{7F}")],
      [("b.yaml", "1"), ("a.yaml", "2"), ("b.yaml", "3")],
    ] as [[(String, String)]])
  func roundTrip(_ files: [(String, String)]) throws {
    let documents = files.map { PolicyDocument(name: $0.0, text: $0.1) }
    let source = PolicySource.directory("/nowhere")
    #expect(try source.decode(source.encode(documents)) == documents)
  }

  @Test("other texts, names or orders have other bytes, and so another digest")
  func injective() {
    let source = PolicySource.directory("/nowhere")
    let (a, b) = (PolicyDocument(name: "a", text: "b"), PolicyDocument(name: "b", text: "a"))
    let variants = [
      [a, b], [b, a], [a], [], [PolicyDocument(name: "ab", text: "")],
      [PolicyDocument(name: "", text: "ab")],
    ]
    #expect(Set(variants.map { source.encode($0) }).count == variants.count)
  }

  @Test("bytes that are no policy files are an error", arguments: ["", "{", "[[\"a\"", "[1.5]"])
  func broken(_ text: String) {
    let source = PolicySource.directory("/nowhere")
    #expect(throws: (any Error).self) { try source.decode(Array(text.utf8)) }
  }
}
