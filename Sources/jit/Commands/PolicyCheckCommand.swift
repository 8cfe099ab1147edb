import AccessAPI
import AccessCore
import ArgumentParser

struct PolicyCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check policy files, without a broker.",
    discussion: "Each error names its file, line and column. Exit code: 65 if there is one.")

  @Argument(help: "The directory with the *.yaml files.") var directory = "policies"
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try requireDirectory(
      directory, hint: "name the directory with the policy files: jit policy check DIR")
    let result = PolicyCheck(directory)
    switch output.output {
    case .json:
      try Console.standard.print(result.json.inertText + "\n")
      if let failure = result.failure(withDetails: false) { throw failure }
    case .text:
      if let failure = result.failure(withDetails: true) { throw failure }
      Console.standard.say(result.lines.map { $0 + "\n" }.joined())
      try Console.standard.print(result.summary + "\n")
    }
  }
}
