import AccessAPI
import ArgumentParser

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a request: who can approve it, its grant, the exact SQL.")

  @Argument(help: "The request's id.") var id: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    try await Broker.open { broker in
      let reply: Reply<RequestView> = try await broker.get(Path.request(id))
      var ability: String?
      if output.output == .text && reply.view.state == "pending" {
        let me: Reply<WhoamiView> = try await broker.get(Path.whoami)
        ability = reviewAbility(of: me.view.principal, on: reply.view)
      }
      try output.show(reply) {
        $0.fullText(paint: Console.standard.paint, now: currentTime(), reader: ability)
      }
    }
  }
}
