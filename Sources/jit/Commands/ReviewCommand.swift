import AccessAPI
import AccessCore
import ArgumentParser

extension Hindsight.Judgement: ExpressibleByArgument {}

struct ReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review", abstract: "Say afterwards whether a glass had to be broken.",
    discussion: "Requests that wait for it are in `jit requests --to-review`.")

  @Argument(help: "The request's id.") var id: String

  @Option(help: "justified or unjustified.") var verdict: Hindsight.Judgement

  @Option(parsing: .unconditional, help: ArgumentHelp("Why.", valueName: "text"))
  var comment: String

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let comment = try written(comment, "--comment")
    try await Broker.open { broker in
      let review = NewReview(verdict: verdict.rawValue, duration: nil, comment: comment)
      let reply: Reply<RequestView> = try await broker.post(Path.request(id, .reviews), review)
      warnIfNotDurable(reply.view)
      try output.show(reply) { request in
        let summary = request.summary(Console.standard.paint)
        return "reviewed \(request.id.inert): \(verdict.rawValue), \(summary)\n"
      }
    }
  }
}
