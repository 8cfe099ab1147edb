import AccessAPI
import AccessCore
import ArgumentParser

struct PolicyExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Show what each rule says to a request.",
    discussion: "Nothing is asked for. Without --as it is about yourself.")

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Somebody else, for who has the authority operate.", valueName: "user"))
  var person: String?
  @Option(name: [.customLong("db"), .customLong("database")], help: "The database.")
  var database: String
  @Option(help: "The role on it.") var role: String
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("How long: 90s, 30m, 1h30m, 2h, 1d.", valueName: "duration"))
  var length: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let asked: [(name: String, value: String)] = [
      ("database", database), ("role", role), ("duration", length),
    ]
    let query = asked + (person.map { [(name: "as", value: $0)] } ?? [])
    try await Broker.open { broker in
      let reply: Reply<[ExplanationView]> = try await broker.get(Path.policyExplain, query: query)
      try output.showList(reply, whenEmpty: "no rule for \(database.inert) is yours") { views in
        views.map { $0.text(paint: Console.standard.paint) }.joined()
      }
    }
  }
}

extension ExplanationView {
  /// The rule and whether it fits, and below it why not, or what it takes.
  func text(paint: Paint) -> String {
    let verdict =
      allowed ? "\(paint.green("yes")), at most \(maxDuration.inert)" : paint.red("no")
    let needed = needs.isEmpty ? ["no review"] : needs.map(\.line)
    let lines =
      allowed
      ? needed.map { "needs    \($0)" } + spared.map { "spared   \($0)" }
        + (stopped.map { ["stopped  \($0)"] } ?? [])
      : objections.map { "because  \($0)" }
    return (["\(entitlement.inert): \(verdict)"] + lines.map { "  \($0.withoutControls)" })
      .map { $0 + "\n" }.joined()
  }
}
