import AccessCore
import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve until SIGTERM.")

  @Option(help: "The configuration file.")
  var config: String

  @Option(
    help: ArgumentHelp(
      "Go on with a ledger that is an old copy, in its next epoch, and say why.",
      valueName: "why"))
  var acceptRollback: String?

  func validate() throws {
    guard let why = acceptRollback else { return }
    guard (1...Limits.writtenTextBytesMax).contains(why.utf8.count) else {
      throw ValidationError("--accept-rollback takes 1 to \(Limits.writtenTextBytesMax) bytes")
    }
  }

  func run() async throws {
    try await serve(Configuration(readingFile: config), acceptingRollback: acceptRollback)
  }
}
