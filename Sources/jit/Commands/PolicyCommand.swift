import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check, test, compare and reload policy files.",
    subcommands: [
      PolicyCheckCommand.self, PolicyTestCommand.self, PolicyDiffCommand.self,
      PolicyReloadCommand.self,
    ])
}
