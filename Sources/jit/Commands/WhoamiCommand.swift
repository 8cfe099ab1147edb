import AccessAPI
import ArgumentParser

struct WhoamiCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "whoami", abstract: "Show who you are to the broker, and how it knows.")

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open { broker in
      let reply: Reply<WhoamiView> = try await broker.get(Path.whoami)
      try output.show(reply) { $0.text(paint: Console.standard.paint) }
    }
  }
}
