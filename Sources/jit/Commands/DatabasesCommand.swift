import AccessAPI
import ArgumentParser

struct DatabasesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "databases", abstract: "List the databases and roles that you may ask for.")

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open { broker in
      let reply: Reply<[DatabaseView]> = try await broker.get(Path.databases)
      try output.showList(reply, whenEmpty: "no database that you may ask for") {
        databaseTable($0, paint: Console.standard.paint)
      }
    }
  }
}
