/// One policy file, already read.
package struct PolicyDocument: Sendable, Equatable {
  /// The file's name, as errors show it: `people.yaml`.
  package let name: String
  package let text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
