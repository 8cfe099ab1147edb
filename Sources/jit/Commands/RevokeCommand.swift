import AccessAPI
import AccessCore
import ArgumentParser

struct RevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End somebody's grant now, with all its sessions.")

  @Argument(help: "The grant's id.") var id: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String

  @Flag(help: "Do not ask for confirmation.")
  var yes = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let reason = try written(reason, "--reason")
    try await Broker.open { broker in
      if !yes && Console.standard.canAsk {
        let seen: Reply<RequestView> = try await broker.get(Path.request(id))
        let summary = seen.view.summary(Console.standard.errorPaint)
        try confirm("end the access of \(seen.view.requester.inert), \(summary), now?")
      }
      let reply: Reply<RequestView> = try await broker.post(
        Path.request(id, .revoke), NewRevocation(reason: reason))
      warnIfNotDurable(reply.view)
      try output.show(reply) {
        $0.afterEndText("revoked", paint: Console.standard.paint, now: currentTime())
      }
    }
  }
}
