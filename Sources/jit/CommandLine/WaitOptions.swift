import AccessAPI
import AccessCore
import ArgumentParser

/// Whether a command that asks waits for the decision.
struct WaitOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Wait for the decision (the default on a terminal).")
  var wait: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop waiting after this time; the request stays.", valueName: "duration"))
  var timeout: String?

  /// Before anything is asked.
  func check() throws { _ = try patience() }

  private func patience() throws -> TimeSpan? {
    try timeout.map { text throws(Failure) in try duration(text, "--timeout") }
  }

  /// Prints what was asked, and if it waits, what was decided.
  func show(
    _ reply: Reply<RequestView>, _ output: OutputOptions, _ broker: Broker
  ) async throws {
    let console = Console.standard
    let paint = console.paint
    guard wait ?? console.outputIsTerminal else {
      return try output.show(reply) {
        $0.submittedText(paint: paint, now: currentTime()) + $0.nextStep
      }
    }
    if output.output == .text {
      try console.print(reply.view.submittedText(paint: paint, now: currentTime()))
    }
    if reply.view.state == "pending" && console.errorIsTerminal {
      console.say("waiting for the decision; Ctrl-C stops waiting, and the request stays\n")
    }
    let patience = try patience()
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
