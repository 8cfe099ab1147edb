import AccessAPI
import AccessCore
import ArgumentParser
import Foundation

struct PolicyTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the tests of policy files, without a broker.",
    discussion: """
      The tests are the *.yaml files in the directory tests beside the policy files. Exit code: 65 \
      if one fails.
      """)

  @Argument(help: "The directory with the *.yaml files.") var directory = "policies"
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try requireDirectory(
      PolicyTest.folder(of: directory), hint: "put tests there: see docs/policies.md")
    let test = try PolicyTest(directory)
    switch output.output {
    case .json: try Console.standard.print(test.json.inertText + "\n")
    case .text: try Console.standard.print(test.text(paint: Console.standard.paint))
    }
    if let failure = test.failure { throw failure }
  }
}

/// - Throws: a `Failure` when there is none.
func requireDirectory(_ path: String, hint: String) throws {
  var isDirectory = ObjCBool(false)
  let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
  guard exists, isDirectory.boolValue else {
    throw Failure(.notFound, "there is no directory \(path.inert)", hint: hint)
  }
}
