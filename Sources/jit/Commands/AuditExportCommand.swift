import AccessAPI
import AccessCore
import ArgumentParser

struct AuditExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print the entries of the ledger.",
    discussion: """
      jsonl has each entry as it is stored, byte for byte; csv is for spreadsheets.
      Times are RFC 3339 (2026-03-01T09:30:00Z), or a date for its beginning in UTC.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case jsonl, csv
  }

  @Option(parsing: .unconditional, help: ArgumentHelp("From this time on.", valueName: "time"))
  var since: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Before this time.", valueName: "time"))
  var until: String?

  @Option(help: "Only what concerns this database.")
  var database: String?

  @Option(help: "What an entry is printed as.")
  var format: Format = .jsonl

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let since = try since.map { text throws(Failure) in try instant(text, "--since") }
    let until = try until.map { text throws(Failure) in try instant(text, "--until") }
    let query = [
      ("format", format.rawValue), ("since", since?.description), ("until", until?.description),
      ("database", database),
    ].compactMap { name, value in value.map { (name: name, value: $0) } }
    try await Broker.open { broker in
      try await broker.stream(Path.auditEntries, query: query) {
        try Console.standard.print(bytes: $0)
      }
    }
  }
}
