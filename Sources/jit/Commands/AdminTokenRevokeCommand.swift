import AccessAPI
import AccessCore
import ArgumentParser

struct AdminTokenRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End a token now.")

  @Argument(help: "The token's id.") var id: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open(.admin) { broker in
      let reply: Reply<TokenView> = try await broker.post(
        Path.token(id.percentEncoded) + "/\(RequestAct.revoke.rawValue)")
      try output.show(reply) { "revoked token \($0.id.inert) of \($0.user.inert)\n" }
    }
  }
}
