import AccessAPI
import ArgumentParser

struct AdminTokenListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the tokens that hold.")

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open(.admin) { broker in
      let reply: Reply<[TokenView]> = try await broker.get(Path.tokens)
      try output.showList(reply, whenEmpty: "no tokens") {
        tokenTable($0, paint: Console.standard.paint, now: currentTime())
      }
    }
  }
}
