import AccessAPI
import AccessCore
import ArgumentParser

struct AdminTokenCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a token. It is shown once.")

  @Option(help: "Whom the token stands for.") var user: String

  @Option(
    name: .customLong("for"), parsing: .unconditional,
    help: ArgumentHelp("How long it holds: 30m, 12h, 90d.", valueName: "duration"))
  var length: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let span = try length.map { text throws(Failure) in try duration(text, "--for") }
    try await Broker.open(.admin) { broker in
      let reply: Reply<TokenView> = try await broker.post(
        Path.tokens, NewToken(user: user, duration: span?.text))
      try output.show(reply) {
        $0.createdText(paint: Console.standard.paint, now: currentTime())
      }
      if Console.standard.outputIsTerminal { Console.standard.say("this token is shown once\n") }
    }
  }
}
