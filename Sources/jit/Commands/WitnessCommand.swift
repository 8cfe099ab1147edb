import AccessAPI
import AccessCore
import ArgumentParser
import Foundation
import TransparencyLog

struct WitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness", abstract: "What jit remembers of the ledgers that it has seen.",
    discussion: """
      Each call keeps the newest checkpoint of the broker's ledger, and warns when the
      next one does not extend it: then history was rolled back or rewritten.
      It is kept in $XDG_STATE_HOME/jit, or ~/.local/state/jit.
      """,
    subcommands: [WitnessShowCommand.self, WitnessResetCommand.self])
}

struct WitnessShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "List the ledgers that are remembered.")

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let memory = try witnessMemory()
    let records = memory.records()
    let console = Console.standard
    switch output.output {
    case .json:
      try console.print(JSON.array(records.map(\.shownJSON)).inertText + "\n")
    case .text:
      try console.print(
        columns(
          ["LEDGER", "ENTRIES", "KEY"],
          records.map {
            [
              Cell($0.checkpoint.origin.inert), Cell(String($0.checkpoint.size)),
              Cell($0.key.fingerprint),
            ]
          }, paint: console.paint))
    }
    if access(memory.folder, W_OK) != 0 {
      console.say("hint: \(memory.folder.inert) cannot be written, so nothing new is remembered\n")
    }
  }
}

struct WitnessResetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Forget what was seen, so that the next call begins anew.")

  @Argument(help: "The ledger, as `jit witness show` names it without #N; without it, all.")
  var ledger: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let memory = try witnessMemory()
    let forgotten: [String]
    do { forgotten = try memory.forget(ledger) } catch {
      throw Failure(.internal, "what was seen cannot be forgotten: \(error)")
    }
    if let ledger, forgotten.isEmpty {
      throw Failure(
        .notFound, "nothing is remembered of “\(ledger.prefix(200).inert)”",
        hint: "`jit witness show` lists what is")
    }
    switch output.output {
    case .json:
      try Console.standard.print(
        JSON.object(["forgotten": .array(forgotten.map(JSON.string))]).inertText + "\n")
    case .text: Console.standard.say(forgotten.map { "forgot \($0.inert)\n" }.joined())
    }
  }
}

private func witnessMemory() throws(Failure) -> WitnessMemory {
  guard let memory = WitnessMemory(environment: ProcessInfo.processInfo.environment) else {
    throw Failure(
      .notFound, "there is no place to remember anything",
      hint: "set HOME or XDG_STATE_HOME to a directory")
  }
  return memory
}

extension WitnessRecord {
  fileprivate var shownJSON: JSON {
    .object([
      "origin": .string(checkpoint.origin), "size": .integer(Int64(checkpoint.size)),
      "root": .string(checkpoint.root.base64), "verifier_key": .string(key.description),
      "fingerprint": .string(key.fingerprint),
      "addresses": .array(addresses.sorted().map(JSON.string)),
    ])
  }
}
