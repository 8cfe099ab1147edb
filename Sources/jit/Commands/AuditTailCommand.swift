import AccessAPI
import AccessCore
import ArgumentParser

struct AuditTailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail", abstract: "Print the newest entries.")

  @Flag(name: .shortAndLong, help: "Go on with what happens, until interrupted.")
  var follow = false

  @Option(name: .shortAndLong, help: ArgumentHelp("How many.", valueName: "number"))
  var number: Int64 = 10

  @OptionGroup var selection: AuditSelection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let query = try selection.query()
    guard number >= 0 else {
      throw Failure(.usage, "--number is 0 or more", hint: "jit audit tail -n 20")
    }
    try await Broker.open { broker in
      let checkpoint: Reply<CheckpointView> = try await broker.get(Path.auditCheckpoint)
      // Looking is an entry, too, and it would always be the newest.
      let start = max(0, checkpoint.view.size - number)
      var lines = Lines()
      try await broker.stream(
        Path.auditEntries,
        query: query + [("from", String(start)), ("follow", String(follow))]
      ) { bytes, _ in
        try lines.add(Array(bytes)) { line in
          // An empty line is a sign of life.
          if !line.isEmpty { try Console.standard.print(text(JSON(parsing: line))) }
        }
      }
    }
  }

  private func text(_ entry: JSON) -> String {
    switch output.output {
    case .json: return entry.inertLine + "\n"
    case .text:
      let words = ["seq", "at", "kind", "actor", "request", "data"].map { field in
        switch entry[field] {
        case .string(let text): text.inert
        case .null, nil: "-"
        case .some(let value): value.inertLine
        }
      }
      return words.joined(separator: " ") + "\n"
    }
  }
}
