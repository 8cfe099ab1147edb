import AccessAPI
import ArgumentParser

struct PolicyReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have the broker read its policies again.",
    discussion: "A policy with an error is refused, and the one before it stays in force.")

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open { broker in
      let reply: Reply<PolicyView> = try await broker.post(Path.policyReload)
      try output.show(reply) { $0.text(paint: Console.standard.paint) }
    }
  }
}
