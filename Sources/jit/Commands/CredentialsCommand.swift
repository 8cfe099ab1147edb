import AccessAPI
import AccessCore
import ArgumentParser

struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "Print the credentials of a grant, once. Each call sets a new password.")

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case uri, env, pgpass, json
  }

  @Argument(help: "The grant's id.") var id: String

  @Option(help: "A URI, variables for a shell, a line of ~/.pgpass, or JSON.")
  var format: Format?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let id = try requestID(id)
    let console = Console.standard
    try await Broker.open { broker in
      let secret = try await activate(id, broker)
      let (credentials, password) = (secret.credentials, secret.password)
      switch format {
      case .uri: try console.print(credentials.uri(password: password) + "\n")
      case .env: try console.print(credentials.environment(password: password))
      case .pgpass: try console.print(credentials.passwordFileLine(password: password))
      case .json: try console.print(secret.reply.json().inertText + "\n")
      case nil:
        try output.show(secret.reply) {
          $0.text(password: password, paint: console.paint, now: currentTime())
        }
      }
      if console.outputIsTerminal {
        console.say("this password is shown once; another call sets a new one\n")
      }
    }
  }
}
