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

  @Flag(inversion: .prefixedNo, help: "Wait for the decision (the default on a terminal).")
  var wait: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop waiting after this time; the request stays.", valueName: "duration"))
  var timeout: String?

  @Flag(help: "Ask nothing; show the reviewers and the exact SQL.")
  var dryRun = false

  @Flag(help: "Do not ask for confirmation.")
  var yes = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let span = try duration(length, "--for")
    let patience = try timeout.map { text throws(Failure) in try duration(text, "--timeout") }
    let ask = NewRequest(
      database: database, role: role, duration: span.text, reason: reason, ticket: ticket,
      entitlement: entitlement, start: start, dryRun: dryRun ? true : nil)
    try await Broker.open { broker in
      if !dryRun && !yes && Console.standard.canAsk {
        try await confirmFirstProductionWrite(database: database, role: role, broker)
      }
      let reply: Reply<RequestView> = try await broker.post(Path.requests, ask)
      warnIfNotDurable(reply.view)
      let waits = !dryRun && (wait ?? Console.standard.outputIsTerminal)
      guard waits else {
        return try output.show(reply) {
          dryRun
            ? $0.dryRunText(paint: paint, now: currentTime())
            : $0.submittedText(paint: paint, now: currentTime()) + $0.nextStep
        }
      }
      try await showDecision(reply, patience, broker)
    }
  }

  private var paint: Paint { Console.standard.paint }

  private func showDecision(
    _ reply: Reply<RequestView>, _ patience: TimeSpan?, _ broker: Broker
  ) async throws {
    let console = Console.standard
    if output.output == .text {
      try console.print(reply.view.submittedText(paint: paint, now: currentTime()))
    }
    if reply.view.state == "pending" && console.errorIsTerminal {
      console.say("waiting for the decision; Ctrl-C stops waiting, and the request stays\n")
    }
    let last = try await decision(on: reply, within: patience, broker)
    switch output.output {
    case .json: try console.print(last.json().inertText + "\n")
    case .text where reply.view.state == "pending" && last.view.state == "approved":
      try console.print(last.view.approvedText(paint: paint))
    case .text: try console.print(last.view.state == "approved" ? last.view.nextStep : "")
    }
    if let failure = last.view.asDecision(patience) { throw failure }
  }
}
