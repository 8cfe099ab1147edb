import ArgumentParser

struct Jit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jit",
    abstract: "Ask for access to a production database, for a time and a reason.",
    discussion: """
      jit request --db orders_PROD --role write --for 30m --reason "INC-42 …"

      JIT_BROKER says where the broker is: unix:///run/jit/jitd.sock (the default),
      or https://HOST. JIT_TOKEN, if set, says who you are; otherwise the socket.
      """,
    version: "jit 0.1.0",
    subcommands: [
      RequestCommand.self, RequestsCommand.self, ShowCommand.self, ApproveCommand.self,
      DenyCommand.self, ReviewCommand.self, CancelCommand.self, ConnectCommand.self,
      CredentialsCommand.self,
      ExtendCommand.self, ReleaseCommand.self, RevokeCommand.self, GrantsCommand.self,
      DatabasesCommand.self,
      WhoamiCommand.self, PolicyCommand.self, AuditCommand.self, WitnessCommand.self,
      AdminCommand.self, DoctorCommand.self,
    ])
}
