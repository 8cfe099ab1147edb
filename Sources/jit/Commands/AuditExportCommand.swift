import AccessAPI
import AccessCore
import ArgumentParser
import AuditBundle
import NIOCore

struct AuditExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print the entries of the ledger, or make a bundle of them.",
    discussion: """
      jsonl has each entry as it is stored, byte for byte; csv is for spreadsheets.
      A bundle is a directory that anybody can prove, also without us and our programs:
      see `jit audit verify`, and the verify.py in it.
      Times are RFC 3339 (2026-03-01T09:30:00Z), or a date for its beginning in UTC.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case jsonl, csv
  }

  @OptionGroup var selection: AuditSelection

  @Option(help: "What an entry is printed as; jsonl unless given.")
  var format: Format?

  @Option(help: ArgumentHelp("Make a bundle: a directory that is not there yet.", valueName: "dir"))
  var bundle: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let query = try selection.query()
    guard let bundle else { return try await print(query, format ?? .jsonl) }
    guard format == nil else {
      throw Failure(
        .usage, "a bundle has its own formats", hint: "leave out either --bundle or --format")
    }
    let manifest = try await makeFolder(bundle) { try await write($0, query) }
    switch output.output {
    case .json: try Console.standard.print(manifest.json.inertText + "\n")
    case .text:
      Console.standard.say(
        """
        \(bundle.inert): \(manifest.size) entries, \(manifest.withheld) of them withheld
        next: jit audit verify \(bundle.inert)

        """)
    }
  }

  private func print(_ query: [(name: String, value: String)], _ format: Format) async throws {
    let console = Console.standard
    var progress = Progress("exporting", isShown: !console.outputIsTerminal)
    defer { progress.end() }
    try await Broker.open { broker in
      try await broker.stream(
        Path.auditEntries, query: [("format", format.rawValue)] + query
      ) { bytes, size in
        try console.print(bytes: bytes)
        if let size, let seq = format.newestIndex(in: bytes) { progress.update(seq, of: size) }
      }
    }
  }

  private func write(
    _ folder: String, _ query: [(name: String, value: String)]
  ) async throws -> Manifest {
    let writer = try BundleWriter(in: folder)
    var progress = Progress("exporting")
    defer { progress.end() }
    try await Broker.open { broker in
      try await broker.stream(Path.auditBundle, query: query) { bytes, size in
        try writer.add(Array(bytes))
        if let size { progress.update(writer.size, of: size) }
      }
    }
    return try writer.finish(
      filters: Dictionary(query.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      now: currentTime())
  }
}

extension AuditExportCommand.Format {
  /// The index of the last entry whose beginning (csv) or end (jsonl) is in the piece.
  fileprivate func newestIndex(in bytes: ByteBufferView) -> UInt64? {
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
    let start = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    let line = Array(bytes[(start ?? bytes.startIndex)..<end])
    switch self {
    case .jsonl: return entryNumber(line[...])
    case .csv: return UInt64(String(decoding: line.prefix { $0 != 0x2C }, as: UTF8.self))
    }
  }
}
