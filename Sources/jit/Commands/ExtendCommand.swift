import AccessAPI
import AccessCore
import ArgumentParser

struct ExtendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend", abstract: "Ask for more time for a grant of yours.",
    discussion: """
      It is reviewed like a request. Once it is approved the end moves by itself:
      sessions and password stay. Exit codes are those of `jit request`.
      """)

  @Argument(help: "The grant's id.") var id: String

  @Option(
    name: .customLong("for"), parsing: .unconditional,
    help: ArgumentHelp("How much longer: 90s, 30m, 1h30m.", valueName: "duration"))
  var length: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String?

  @OptionGroup var waiting: WaitOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let more = NewExtension(duration: try duration(length, "--for").text, reason: reason)
    try waiting.check()
    try await Broker.open { broker in
      let reply: Reply<RequestView> = try await broker.post(Path.request(id, .extend), more)
      warnIfNotDurable(reply.view)
      try await waiting.show(reply, output, broker)
    }
  }
}
