import AccessAPI
import AccessCore
import ArgumentParser

struct DenyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deny", abstract: "Deny a request. One denial ends it.")

  @Argument(help: "The request's id.") var id: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Why not.", valueName: "text"))
  var comment: String

  @OptionGroup var signing: SigningOptions

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let comment = try written(comment, "--comment")
    try await Broker.open { broker in
      let review = NewReview(verdict: "deny", duration: nil, comment: comment)
      let reply: Reply<RequestView> = try await broker.post(
        Path.request(id, .reviews), signing.sign(review, of: id, broker))
      warnIfNotDurable(reply.view)
      try output.show(reply) { request in
        let summary = request.summary(Console.standard.paint)
        return "\(request.state.inert) \(id): \(summary), for \(request.requester.inert)\n"
      }
    }
  }
}
