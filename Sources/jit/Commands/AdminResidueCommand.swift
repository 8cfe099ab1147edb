import AccessAPI
import AccessCore
import ArgumentParser

struct AdminResidueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "residue",
    abstract: "Show what a grant's role left behind, and say what becomes of it.",
    discussion: """
      What holds data stays until somebody decides. --drop drops everything that the
      role owns. --give-to gives tables, sequences and materialized views that carry
      no code to another role. The decision is recorded, and then the grant ends.
      It takes the authority `operate` or the admin socket.
      """)

  @Argument(help: "The grant's id.") var id: String

  @Flag(help: "Drop it, with the data that is in it.")
  var drop = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Give it to this role of the database.", valueName: "role"))
  var giveTo: String?

  @Flag(help: "Do not ask for confirmation.")
  var yes = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if drop && giveTo != nil {
      throw ValidationError("--drop and --give-to exclude each other")
    }
  }

  func run() async throws {
    let id = try requestID(id)
    try await Broker.open(.authority) { broker in
      guard drop || giveTo != nil else {
        let reply: Reply<ResidueReportView> = try await broker.get(Path.request(id, .residue))
        return try output.show(reply) { $0.text }
      }
      if drop && !yes && Console.standard.canAsk {
        let seen: Reply<ResidueReportView> = try await broker.get(Path.request(id, .residue))
        try confirm("\(seen.view.list)drop all of it for ever?")
      }
      let reply: Reply<RequestView> = try await broker.post(
        Path.request(id, .residue), NewResidueDecision(drop: drop ? true : nil, giveTo: giveTo))
      try output.show(reply) { $0.afterDecisionText(Console.standard.paint, now: currentTime()) }
    }
  }
}
