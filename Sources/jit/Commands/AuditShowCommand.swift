import AccessAPI
import AccessCore
import ArgumentParser
import TransparencyLog

struct AuditShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an entry, and prove that it is in the ledger.",
    discussion: "The proof is checked here, against the signed checkpoint.")

  @Argument(help: "The entry's number, from 0 on.") var index: Int64

  @Option(help: ArgumentHelp("The key of the ledger: NAME+ID+KEY.", valueName: "vkey"))
  var key: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let key = try key.map { text throws(Failure) in try verifierKey(text) }
    guard index >= 0 else {
      throw Failure(.usage, "entries are numbered from 0 on", hint: "jit audit show 0")
    }
    try await Broker.open { broker in
      var bytes: [UInt8] = []
      try await broker.stream(Path.auditEntry(index)) { piece, _ in bytes += piece }
      let (checkpoint, key) = try await currentCheckpoint(of: broker, key: key)
      let proof: Reply<ProofView> = try await broker.get(
        Path.auditProof, query: [("index", String(index)), ("size", String(checkpoint.size))])
      do {
        try InclusionProof(
          leaf: UInt64(index), size: checkpoint.size, base64: proof.view.path
        ).verify(leafHash: .leaf(bytes), in: checkpoint)
      } catch {
        throw notSigned("entry \(index) is not what was signed: \(error)")
      }
      try show(try JSON(parsing: bytes), proof.view.path, checkpoint, key)
    }
  }

  private func show(
    _ entry: JSON, _ path: [String], _ checkpoint: Checkpoint, _ key: VerifierKey
  ) throws {
    switch output.output {
    case .json:
      try Console.standard.print(
        JSON.object([
          "entry": entry, "proof": .array(path.map(JSON.string)),
          "size": .integer(Int64(checkpoint.size)), "root": .string(checkpoint.root.base64),
          "verifier_key": .string(key.description),
        ]).inertText + "\n")
    case .text:
      try Console.standard.print(
        """
        \(entry.inertText)
        proven: entry \(index) of \(checkpoint.size), signed by \(key.name.description.inert) \
        \(key.fingerprint)

        """)
    }
  }
}
