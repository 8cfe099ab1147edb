import AccessAPI
import AccessCore
import ArgumentParser

struct AdminLockdownCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockdown", abstract: "End all access at once, and give none until it is lifted.",
    discussion: """
      Of everything, or of one person, one database or one role. It takes the
      authority `revoke` or the admin socket, and another person to lift it.
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("Of this person only.", valueName: "name"))
  var person: String?

  @Option(
    name: [.customLong("database"), .customLong("db")], parsing: .unconditional,
    help: ArgumentHelp("Of this database only.", valueName: "name"))
  var database: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Of this role only.", valueName: "name"))
  var role: String?

  @Flag(help: "Lift the lockdown of the same range.")
  var lift = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let range = NewLockdown(
      person: person, database: database, role: role, lift: lift ? true : nil)
    try await Broker.open(.authority) { broker in
      let reply: Reply<LockdownReportView> = try await broker.post(Path.lockdown, range)
      warn(ifNotDurable: reply.view.durable)
      try output.show(reply) { $0.text(paint: Console.standard.paint) }
    }
  }
}
