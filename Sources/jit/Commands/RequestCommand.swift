import AccessAPI
import AccessCore
import ArgumentParser

struct RequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Ask for a role on a database.",
    discussion: """
      On a terminal the command waits for the decision.
      Exit codes: 0 approved, 77 denied, 75 lapsed or timed out, 73 cancelled.
      """)

  @Option(name: [.customLong("db"), .customLong("database")], help: "The database.")
  var database: String

  @Option(help: "The role on it: read, write, …")
  var role: String

  @Option(
    name: .customLong("for"), parsing: .unconditional,
    help: ArgumentHelp("How long: 90s, 30m, 1h30m, 2h, 1d.", valueName: "duration"))
  var length: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String?

  @Option(help: "By which entitlement, where several match.")
  var entitlement: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Not before: 2026-03-01T09:30:00Z, or HH:MM.", valueName: "time"))
  var start: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("A ticket's name.", valueName: "text"))
  var ticket: String?

  @Flag(help: "An emergency: access at once, an alarm, and a review afterwards.")
  var breakGlass = false

  @OptionGroup var waiting: WaitOptions

  @Flag(help: "Ask nothing; show the reviewers and the exact SQL.")
  var dryRun = false

  @Flag(help: "Do not ask for confirmation.")
  var yes = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let span = try duration(length, "--for")
    try waiting.check()
    let ask = NewRequest(
      database: database, role: role, duration: span.text, reason: reason, ticket: ticket,
      entitlement: entitlement, start: start, dryRun: dryRun ? true : nil,
      breakGlass: breakGlass ? true : nil)
    try await Broker.open { broker in
      if !dryRun && !yes && Console.standard.canAsk {
        if breakGlass {
          try await confirmGlass(database: database, role: role, broker)
        } else {
          try await confirmFirstProductionWrite(database: database, role: role, broker)
        }
      }
      let reply: Reply<RequestView> = try await broker.post(Path.requests, ask)
      warnIfNotDurable(reply.view)
      guard !dryRun else {
        return try output.show(reply) {
          $0.dryRunText(paint: Console.standard.paint, now: currentTime())
        }
      }
      try await waiting.show(reply, output, broker)
    }
  }
}
