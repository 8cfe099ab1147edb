import AccessAPI
import AccessCore
import ArgumentParser

struct AdminPreflightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preflight", abstract: "Look whether a database is fit for grants.",
    discussion: """
      Changes nothing. Exits with 77 when something refuses access: a danger
      that the policy does not accept by name, or something without which no
      grant could be made and ended. It takes the authority `operate` or the
      admin socket.
      """)

  @Argument(help: "The database, as the policy names it.") var database: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let report = try await Broker.open(.authority) { broker in
      let reply: Reply<PreflightView> = try await broker.get(
        Path.database(database.percentEncoded, .preflight))
      try output.show(reply) { preflightText($0, paint: Console.standard.paint) }
      return reply.view
    }
    guard report.refusing.isEmpty else {
      throw Failure(
        .dangerNotAccepted,
        "no access is given on \(report.database.inert): \(report.refusing.joined(separator: ", "))",
        hint: "mend it, or accept a danger by name: `accept: [NAME]` in the policy's database")
    }
  }
}
