import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check policy files, and have the broker load them.",
    subcommands: [PolicyCheckCommand.self, PolicyReloadCommand.self])
}
