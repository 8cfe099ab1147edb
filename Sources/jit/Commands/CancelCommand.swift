import AccessAPI
import AccessCore
import ArgumentParser

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Take back a request of yours before access was given.")

  @Argument(help: "The request's id.") var id: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    try await Broker.open { broker in
      let reply: Reply<RequestView> = try await broker.post(Path.request(id, .cancel))
      warnIfNotDurable(reply.view)
      try output.show(reply) { request in
        "\(request.state.inert) \(id): \(request.summary(Console.standard.paint))\n"
      }
    }
  }
}
