import AccessAPI
import AccessCore
import ArgumentParser

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Give back a grant of yours before its time is up.")

  @Argument(help: "The grant's id.") var id: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    try await Broker.open { broker in
      let reply: Reply<RequestView> = try await broker.post(Path.request(id, .release))
      warnIfNotDurable(reply.view)
      try output.show(reply) {
        $0.afterEndText("released", paint: Console.standard.paint, now: currentTime())
      }
    }
  }
}

extension RequestView {
  /// What ending a grant early has led to, so far.
  func afterEndText(_ act: String, paint: Paint, now: Timestamp) -> String {
    "\(act) \(id.inert): \(summary(paint))\n"
      + (grant.map { $0.text(paint: paint, now: now) } ?? "")
      + (grant?.state == "ended" ? "" : "next: jit show \(id.inert)\n")
  }
}
