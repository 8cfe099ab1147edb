import AccessAPI
import AccessCore
import ArgumentParser

struct AdminReconcileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile", abstract: "Compare the roles in databases with the grants, now.",
    discussion: """
      The broker does so each minute by itself. A role of its own without a live
      grant is ended; one that is not as it was made is recorded, and ends
      nothing. Exits with 69 when a database was not reached.
      """)

  @Argument(help: "One database; by default all of them.") var database: String?

  @Flag(help: "Only tell; change nothing and record nothing.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let round = try await Broker.open(.admin) { broker in
      let reply: Reply<ReconcileView> = try await broker.post(
        Path.reconcile, NewReconciliation(database: database, dryRun: dryRun))
      try output.show(reply) { reconcileText($0, paint: Console.standard.paint) }
      return reply.view
    }
    let unreached = round.databases.filter { $0.unreached != nil }
    if let first = unreached.first {
      throw Failure(
        .databaseUnreachable,
        "not reached: \(list(unreached.map(\.database.inert))): \((first.unreached ?? "").inert)",
        hint: "see that the server runs, then try again")
    }
  }
}
