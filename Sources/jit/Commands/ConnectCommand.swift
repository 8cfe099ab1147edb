import AccessAPI
import ArgumentParser
import Foundation

struct ConnectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "Open psql with a grant. Its time begins with the first call.",
    discussion: "What follows -- is for psql: jit connect 7F3K2QXW -- -c 'select 1'")

  @Argument(help: "The grant's id.") var id: String

  @Argument(parsing: .postTerminator, help: ArgumentHelp("For psql.", valueName: "psql-argument"))
  var psqlArguments: [String] = []

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    // Before the clock of the grant starts.
    let psql = try Psql(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
    let console = Console.standard
    let (secret, request) = try await Broker.open { broker in
      let request: Reply<RequestView>? =
        console.inputIsTerminal ? try await broker.get(Path.request(id)) : nil
      return (try await activate(id, broker), request?.view)
    }
    let credentials = secret.credentials
    let prompt = request.map { PsqlPrompt($0, credentials, paint: console.paint) }
    let passwordFile = try PasswordFile(
      credentials.passwordFileLine(password: secret.password, anyDatabase: true))
    // The prompt of a ~/.psqlrc wins over ours.
    if let request { console.say(request.bannerWords(credentials.expiresAt) + "\n") }
    try psql.replaceThisProcess(
      arguments: credentials.psqlArguments(prompt: prompt, psqlArguments),
      passwordFile: passwordFile)
  }
}
