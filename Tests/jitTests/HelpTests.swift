import ArgumentParser
import Testing

@testable import jit

@Suite("help texts")
struct HelpTests {
  /// Every command with its name, from the root down.
  static let commands: [(name: String, type: any ParsableCommand.Type)] = below(Jit.self, "jit")

  private static func below(
    _ command: any ParsableCommand.Type, _ name: String
  ) -> [(name: String, type: any ParsableCommand.Type)] {
    [(name, command)]
      + command.configuration.subcommands.flatMap {
        below($0, "\(name)-\($0.configuration.commandName ?? "?")")
      }
  }

  @Test("each command's help is what the golden file says", arguments: commands.map(\.name))
  func help(name: String) throws {
    let command = try #require(Self.commands.first { $0.name == name }).type
    try expectGolden(Jit.helpMessage(for: command, columns: 80) + "\n", "help-\(name)")
  }

  @Test("every command takes --output")
  func output() {
    for (name, command) in Self.commands where command.configuration.subcommands.isEmpty {
      #expect(Jit.helpMessage(for: command, columns: 80).contains("-o, --output"), "\(name)")
    }
  }
}
