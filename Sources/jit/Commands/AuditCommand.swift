import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read the ledger: everything that ever happened.",
    subcommands: [
      AuditExportCommand.self, AuditVerifyCommand.self, AuditTailCommand.self,
      AuditShowCommand.self,
    ])
}
