import AccessAPI
import AccessCore
import ArgumentParser
import Glibc

struct AdminBackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the whole ledger into a file, while the broker goes on.",
    discussion: """
      The copy is verified to its last entry before it is handed out. It holds what people
      wrote and the key that signs the ledger: keep it as secret as the state itself.
      """)

  @Argument(help: "The file to make; it must not exist.") var file: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let partial = "\(file).partial-\(IdempotencyKey.fresh().text.prefix(8))"
    try refuseExisting(file, hint: "name a file that does not exist; jit makes it")
    var size: UInt64 = 0
    do {
      let copy = try BufferedFile(partial, mode: 0o600)
      try await Broker.open(.admin) { broker in
        try await broker.stream(Path.backup) { bytes, ledgerSize in
          try copy.write(bytes)
          size = ledgerSize ?? size
        }
      }
      try copy.finish()
      try refuseExisting(file, hint: "name a file that does not exist; jit makes it")
      guard rename(partial, file) == 0 else { throw cannotWrite(file) }
    } catch {
      unlink(partial)
      throw error
    }
    switch output.output {
    case .json:
      let made: JSON = .object(["file": .string(file), "size": .integer(Int64(size))])
      try Console.standard.print(made.inertText + "\n")
    case .text:
      Console.standard.say("\(file.inert): a verified copy of \(size) entries, and the key\n")
    }
  }
}
