import AccessAPI
import AccessCore
import ArgumentParser

struct AdminRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Give the broker's own login on a database a new secret.",
    discussion: """
      Logins that share the secret change with it. The new one is on disk before a
      database learns of it, and the old one stays until the new one has worked.
      It takes the authority `operate` or the admin socket.
      """)

  @Argument(help: "The database, as the policy names it.") var database: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open(.authority) { broker in
      let reply: Reply<RotationView> = try await broker.post(
        Path.database(database.percentEncoded, .rotate))
      try output.show(reply) {
        "rotated \($0.credential.inert), the broker's secret on \(list($0.databases.map(\.inert)))\n"
      }
    }
  }
}
