import AccessAPI
import AccessCore
import ArgumentParser
import PolicyFile

struct PolicyDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show who gains and who loses what by new policy files.",
    discussion: "Compares what two directories mean, without a broker, not how they are written.")

  @Argument(help: "The directory with the *.yaml files that are in force.") var old: String
  @Argument(help: "The directory with those that are to be.") var new: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let difference = PolicyDifference(from: try policy(in: old), to: try policy(in: new))
    let console = Console.standard
    switch output.output {
    case .json: try console.print(difference.json.inertText + "\n")
    case .text where difference.changes.isEmpty: console.say("nobody gains or loses anything\n")
    case .text: try console.print(difference.text(paint: console.paint))
    }
  }

  private func policy(in directory: String) throws -> Policy {
    try requireDirectory(
      directory, hint: "name two directories with policy files: jit policy diff OLD NEW")
    return try PolicyCheck(directory).valid
  }
}

extension PolicyDifference {
  /// A line for each change, that begins with `+`, `-` or `~`.
  func text(paint: Paint) -> String {
    changes.map { change in
      let people = change.people.map(\.text).joined(separator: ", ")
      switch change.kind {
      case .gained: return "\(paint.green("+")) \(change.what): \(people)\n"
      case .lost: return "\(paint.red("-")) \(change.what): \(people)\n"
      case .changed: return "\(paint.yellow("~")) \(change.what)\n"
      }
    }.joined()
  }

  var json: JSON {
    .array(
      changes.map { change in
        .object([
          "change": .string(change.kind.rawValue), "what": .string(change.what),
          "people": .array(change.people.map { .string($0.text) }),
        ])
      })
  }
}
