import AccessAPI
import AccessCore
import ArgumentParser

struct AdminEraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erase what people wrote about a request that is over.",
    discussion: """
      Reasons, tickets and comments go; the entries and every proof about them stay.
      Backups and exports that were made before keep the texts.
      """)

  @Argument(help: "The request's id.") var id: String

  @Flag(help: "Do not ask for confirmation.")
  var yes = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    if !yes && Console.standard.canAsk {
      try confirm("erase for ever what people wrote about \(id)?")
    }
    try await Broker.open(.admin) { broker in
      let reply: Reply<RequestView> = try await broker.post(Path.request(id, .erase))
      try output.show(reply) { "erased what people wrote about \($0.id.inert)\n" }
    }
  }
}
