import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check, test, explain, compare and reload policy files.",
    subcommands: [
      PolicyCheckCommand.self, PolicyTestCommand.self, PolicyDiffCommand.self,
      PolicyExplainCommand.self, PolicyReloadCommand.self,
    ])
}
