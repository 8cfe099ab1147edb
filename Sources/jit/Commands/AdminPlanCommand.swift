import AccessAPI
import AccessCore
import ArgumentParser

struct AdminPlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what the scope roles that the broker keeps lack.",
    discussion: """
      Changes nothing. Prints in what the scopes are not as the `privileges:`
      of the policy have them, and the exact statements that `apply` would run.
      Exits with 73 when something is in the way. It takes the authority
      `operate` or the admin socket.
      """)

  @Argument(help: "The database, as the policy names it.") var database: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let plan = try await Broker.open(.authority) { broker in
      let reply: Reply<ScopePlanView> = try await broker.get(
        Path.database(database.percentEncoded, .plan))
      try output.show(reply) { planText($0, paint: Console.standard.paint) }
      return reply.view
    }
    guard plan.obstacles.isEmpty else {
      throw Failure(
        .wrongState, "`jit admin apply \(plan.database.inert)` would change nothing",
        hint: "mend what is in the way, or the policy")
    }
  }
}

struct AdminApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Bring the scope roles that the broker keeps into step.",
    discussion: """
      Makes the roles that are missing, then gives and takes privileges in one
      transaction, by the login under `apply:` of the database. What is in step
      already is left alone. Look at `jit admin plan` first. It takes the
      authority `operate` or the admin socket.
      """)

  @Argument(help: "The database, as the policy names it.") var database: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open(.authority) { broker in
      let reply: Reply<ScopePlanView> = try await broker.post(
        Path.database(database.percentEncoded, .apply))
      try output.show(reply) { appliedText($0, paint: Console.standard.paint) }
    }
  }
}
