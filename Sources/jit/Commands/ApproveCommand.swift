import AccessAPI
import AccessCore
import ArgumentParser

struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Approve a request, for its whole time or a shorter one.")

  @Argument(help: "The request's id.") var id: String

  @Option(
    name: .customLong("for"), parsing: .unconditional,
    help: ArgumentHelp("For this long at most.", valueName: "duration"))
  var length: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("What you want to say.", valueName: "text"))
  var comment: String?

  @OptionGroup var signing: SigningOptions

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let limit = try length.map { text throws(Failure) in try duration(text, "--for") }
    try await Broker.open { broker in
      let review = NewReview(verdict: "approve", duration: limit?.text, comment: comment)
      let reply: Reply<RequestView> = try await broker.post(
        Path.request(id, .reviews), signing.sign(review, of: id, broker))
      warnIfNotDurable(reply.view)
      try output.show(reply) { $0.afterApprovalText(paint: Console.standard.paint) }
    }
  }
}

extension RequestView {
  /// What an approval has led to.
  func afterApprovalText(paint: Paint) -> String {
    let what = "\(summary(paint)), for \(requester.inert)\n"
    guard state == "pending" else { return "\(state.inert) \(id.inert): \(what)" }
    let open = needs.filter { $0.have < $0.count }.map(\.line)
    return "approval of \(id.inert) recorded: \(what)" + fields([("needs", open)], paint: paint)
  }
}
