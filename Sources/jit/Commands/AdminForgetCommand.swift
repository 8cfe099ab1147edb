import AccessAPI
import AccessCore
import ArgumentParser

struct AdminForgetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget", abstract: "Wait no longer for the end of a stuck grant.",
    discussion: """
      For a database that is gone for good. You answer for it that nobody uses the
      role any more; if the database comes back, the role is found and removed.
      It takes the authority `operate` or the admin socket.
      """)

  @Argument(help: "The grant's id.") var id: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Why that is right.", valueName: "text"))
  var why: String

  @Flag(help: "Do not ask for confirmation.")
  var yes = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let why = try written(why, "--why")
    if !yes && Console.standard.canAsk {
      try confirm("wait no longer for the end of \(id)?")
    }
    try await Broker.open(.authority) { broker in
      let reply: Reply<RequestView> = try await broker.post(
        Path.request(id, .forget), NewForgetting(why: why))
      try output.show(reply) { "forgot \($0.id.inert)\n" }
    }
  }
}
