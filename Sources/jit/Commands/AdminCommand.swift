import ArgumentParser

struct AdminCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "admin", abstract: "For those who run the broker, on its admin socket.",
    discussion: "JIT_ADMIN names the socket: unix:///run/jit/admin.sock (the default).",
    subcommands: [
      AdminPreflightCommand.self, AdminPlanCommand.self, AdminApplyCommand.self,
      AdminReconcileCommand.self, AdminLockdownCommand.self, AdminRotateCommand.self,
      AdminResidueCommand.self, AdminForgetCommand.self, AdminTokenCommand.self,
      AdminBackupCommand.self,
      AdminRestoreCommand.self,
      AdminEraseCommand.self,
    ])
}

struct AdminTokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Tokens, for programs that have no socket to be known by.",
    subcommands: [
      AdminTokenCreateCommand.self, AdminTokenListCommand.self, AdminTokenRevokeCommand.self,
    ])
}
